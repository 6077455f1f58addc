import type { Sql, TransactionSql } from "postgres";

/** Each by the day, but those of quarter-hours, which are by the month. */
export type PartitionedTable =
  | "exchanges"
  | "usage_minute"
  | "usage_windows"
  | "usage_quarter"
  | "usage_quarter_summary";

/** Makes the partition that holds a day (UTC) where it is missing. @param day `YYYY-MM-DD` */
export const ensurePartition = async (
  sql: Sql | TransactionSql,
  table: PartitionedTable,
  day: string,
): Promise<void> => {
  await sql`select ensure_partition(${table}, ${day}::date)`;
};

/** Drops the partitions that lie before `day`. @returns the first day of each */
export const dropPartitions = async (sql: Sql, table: PartitionedTable, day: string): Promise<string[]> => {
  const rows = await sql<{ day: string }[]>`
    select d::text as day from drop_partitions(${table}, ${day}::date) as dropped(d)`;
  return rows.map((row) => row.day);
};
