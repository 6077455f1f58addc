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
        // Not of the helpers `sql(name)`, whose first argument is no template.
        const isQuery = Array.isArray(parameters[0]) && "raw" in parameters[0];
        if (isQuery && sent++ >= after) throw new Stopped(`after ${after} statements`);
        return Reflect.apply(target as never, self, parameters);
      },
    });
  return {
    ...database,
    sql: watched(database.sql),
    transaction: (scope, work, mode) =>
      database.transaction(scope, (tx) => work({ ...tx, sql: watched(tx.sql) }), mode),
  };
};
