import type { PendingQuery, Row, TransactionSql } from "postgres";

export type Fragment = PendingQuery<Row[]>;

/** Fragments one after the other; none make an empty one, where an empty list would be a parameter. */
export const joined = (sql: TransactionSql, fragments: readonly Fragment[]): Fragment =>
  fragments.reduce((all, fragment) => sql`${all} ${fragment}`, sql``);

/** Names of columns, with commas between. @param of alias of their table */
export const columnList = (sql: TransactionSql, names: readonly string[], of?: string): Fragment =>
  joined(
    sql,
    names.map((name, i) => sql`${i === 0 ? sql`` : sql`,`} ${sql(of ? `${of}.${name}` : name)}`),
  );
