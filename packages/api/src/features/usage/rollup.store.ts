import type { TransactionSql } from "postgres";
import { bucketRows, type CoarseBucket } from "./dirty.store.js";
import { type CoarseLevel, USAGE_LEVELS, USAGE_TABLE, type UsageTable } from "./levels.rules.js";

/** The table that a level is made from. */
export const madeFrom = (level: CoarseLevel): UsageTable =>
  USAGE_TABLE[USAGE_LEVELS[USAGE_LEVELS.indexOf(level) - 1] ?? "minute"];

/** Recomputes buckets from the finer level, whole: doing it again changes nothing, and what is no longer there goes. */
export const recomputeBuckets = async (
  sql: TransactionSql,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  if (buckets.length === 0) return;
  const from = madeFrom(level);
  const into = USAGE_TABLE[level];
  const wanted = bucketRows(sql, level, buckets);
  await sql`
    delete from ${sql(into)} c using ${wanted.rows} w
    where c.tenant_id = w.tenant_id and c.bucket = w.bucket and c.bucket >= ${wanted.from} and c.bucket < ${wanted.until}`;
  // Bucket by bucket (`offset 0`): joined otherwise, the work of one tenant would grow with the square of its buckets.
  await sql`
    with fine as materialized (
      select w.bucket as coarse, f.* from ${wanted.rows} w cross join lateral (
        select * from ${sql(from)} f where f.tenant_id = w.tenant_id and f.bucket >= w.bucket and f.bucket < w.until
          and f.bucket >= ${wanted.from} and f.bucket < ${wanted.until} offset 0) f),
    counts as (
      select tenant_id, coarse, series_id, sum(requests)::bigint as requests, sum(errors)::bigint as errors,
        sum(request_bytes)::bigint as request_bytes, sum(response_bytes)::bigint as response_bytes
      from fine group by 1, 2, 3),
    latency as (
      select tenant_id, coarse, series_id, array_agg(b order by b) as buckets, array_agg(n order by b) as counts
      from (
        select tenant_id, coarse, series_id, b, sum(n)::bigint as n
        from fine, unnest(latency_buckets, latency_counts) as l (b, n) group by 1, 2, 3, 4) added
      group by 1, 2, 3),
    measures as (
      select tenant_id, coarse, series_id, jsonb_object_agg(name, value) as measures
      from (
        select tenant_id, coarse, series_id, name, sum(value::numeric) as value
        from fine, jsonb_each_text(measures) as m (name, value) group by 1, 2, 3, 4) added
      group by 1, 2, 3),
    consumers as (
      select tenant_id, coarse, series_id, array_agg(entry order by entry) as consumers
      from (
        select tenant_id, coarse, series_id, max(entry) as entry
        from fine, unnest(consumers) as entry group by 1, 2, 3, entry >> 6) merged
      group by 1, 2, 3)
    insert into ${sql(into)} (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes, measures,
      latency_buckets, latency_counts, consumers)
    select tenant_id, coarse, series_id, requests, errors, request_bytes, response_bytes, measures,
      coalesce(latency.buckets, '{}'), coalesce(latency.counts, '{}'), consumers
    from counts left join latency using (tenant_id, coarse, series_id)
      left join measures using (tenant_id, coarse, series_id)
      left join consumers using (tenant_id, coarse, series_id)`;
};

/** Deletes rows of buckets before `before` (Unix seconds), some at a time. @returns how many */
export const forgetBuckets = async (
  sql: TransactionSql,
  table: "usage_day" | "usage_month",
  before: number,
  limit: number,
): Promise<number> => {
  const rows = await sql`
    delete from ${sql(table)} where (tenant_id, bucket, series_id) in (
      select tenant_id, bucket, series_id from ${sql(table)}
      where bucket < to_timestamp(${before}::float8) order by bucket limit ${limit})`;
  return rows.count;
};
