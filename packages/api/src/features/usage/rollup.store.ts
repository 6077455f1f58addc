import type { TransactionSql } from "postgres";
import { bucketRows, type CoarseBucket } from "./dirty.store.js";
import {
  type CoarseLevel,
  type SummaryTable,
  USAGE_LEVELS,
  USAGE_TABLE,
  type UsageTable,
} from "./levels.rules.js";
import { mergedRows, usageColumns } from "./merged-rows.store.js";

/** Few rows each, so that those that are no longer held are deleted. */
type UnpartitionedTable = (UsageTable | SummaryTable) & `usage_${"day" | "month"}${string}`;

/** The table that a level is made from. */
export const madeFrom = (level: CoarseLevel): UsageTable =>
  USAGE_TABLE[USAGE_LEVELS[USAGE_LEVELS.indexOf(level) - 1] ?? "minute"];

/** Recomputes buckets from the finer level, whole: doing it again changes nothing, and what is no longer there goes. */
export const recomputeBuckets = async (
  sql: TransactionSql,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  const into = USAGE_TABLE[level];
  const wanted = bucketRows(sql, level, buckets);
  await sql`
    delete from ${sql(into)} c using ${wanted.rows} w
    where c.tenant_id = w.tenant_id and c.bucket = w.bucket and c.bucket >= ${wanted.from} and c.bucket < ${wanted.until}`;
  // Bucket by bucket (`offset 0`): joined otherwise, the work of one tenant would grow with the square of its buckets.
  const finer = sql`
    select f.tenant_id, w.bucket, f.series_id, f.requests, f.errors, f.request_bytes, f.response_bytes, f.measures,
      f.latency_buckets, f.latency_counts, f.consumers,
      count(*) over (partition by f.tenant_id, w.bucket, f.series_id) as members
    from ${wanted.rows} w cross join lateral (
      select * from ${sql(madeFrom(level))} f where f.tenant_id = w.tenant_id and f.bucket >= w.bucket and f.bucket < w.until
        and f.bucket >= ${wanted.from} and f.bucket < ${wanted.until} offset 0) f`;
  await sql`insert into ${sql(into)} (${usageColumns(sql)}) ${mergedRows(sql, finer)}`;
};

/** Deletes rows of buckets before `before` (Unix seconds), some at a time. @returns how many */
export const forgetBuckets = async (
  sql: TransactionSql,
  table: UnpartitionedTable,
  before: number,
  limit: number,
): Promise<number> => {
  const rows = await sql`
    delete from ${sql(table)} where (tenant_id, bucket, series_id) in (
      select tenant_id, bucket, series_id from ${sql(table)}
      where bucket < to_timestamp(${before}::float8) order by bucket limit ${limit})`;
  return rows.count;
};
