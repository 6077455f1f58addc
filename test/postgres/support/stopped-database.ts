import type { Database } from "@masthead/api/platform/db/database";
import type { Sql, TransactionSql } from "postgres";
import { watchedSql } from "../../support/watched-sql.js";

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
    watchedSql(sql, async (send) => {
      if (sent++ >= after) throw new Stopped(`after ${after} statements`);
      return send();
    });
  return {
    ...database,
    sql: watched(database.sql),
    transaction: (scope, work, mode) =>
      database.transaction(scope, (tx) => work({ ...tx, sql: watched(tx.sql) }), mode),
  };
};
