import type { Database } from "@masthead/api/platform/db/database";
import type { Sql, TransactionSql } from "postgres";

/** What a job is stopped by. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * The database as a job sees it that is killed: its statement number `after` is not sent any more, nor is any later one, and what
 * transaction was open is rolled back.
 */
export const stoppedAfter = (database: Database, after: number): Database => {
  let sent = 0;
  const watched = <S extends Sql | TransactionSql>(sql: S): S =>
    new Proxy(sql, {
      apply: (target, self, parameters) => {
        const query = Reflect.apply(target as never, self, parameters) as PromiseLike<unknown>;
        // Not of the helpers `sql(name)`, whose first argument is no template; and what is part of another statement is not sent.
        if (!Array.isArray(parameters[0]) || !("raw" in parameters[0])) return query;
        const send = query.then.bind(query);
        return Object.assign(query, {
          // biome-ignore lint/suspicious/noThenProperty: it is one, and is sent once somebody waits for it
          then: ((...handlers: Parameters<typeof send>) =>
            sent++ >= after
              ? Promise.reject(new Stopped(`after ${after} statements`)).then(...handlers)
              : send(...handlers)) as typeof send,
        });
      },
    });
  return {
    ...database,
    sql: watched(database.sql),
    transaction: (scope, work, mode) =>
      database.transaction(scope, (tx) => work({ ...tx, sql: watched(tx.sql) }), mode),
  };
};
