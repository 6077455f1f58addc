import type { PendingQuery, Row, TransactionSql } from "postgres";

export type Fragment = PendingQuery<Row[]>;

/** Fragments one after the other; none make an empty one, where an empty list would be a parameter. */
export const joined = (sql: TransactionSql, fragments: readonly Fragment[]): Fragment =>
  fragments.reduce((all, fragment) => sql`${all} ${fragment}`, sql``);
