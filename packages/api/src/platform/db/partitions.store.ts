import type { Sql } from "postgres";

export type PartitionedTable = "exchanges" | "usage_minute";

/** Makes the partition of a day (UTC) where it is missing. @param day `YYYY-MM-DD` */
export const ensurePartition = async (sql: Sql, table: PartitionedTable, day: string): Promise<void> => {
  await sql`select ensure_partition(${table}, ${day}::date)`;
};

/** Drops the partitions of the days before `day`. @returns the days dropped */
export const dropPartitions = async (sql: Sql, table: PartitionedTable, day: string): Promise<string[]> => {
  const rows = await sql<{ day: string }[]>`
    select d::text as day from drop_partitions(${table}, ${day}::date) as dropped(d)`;
  return rows.map((row) => row.day);
};
