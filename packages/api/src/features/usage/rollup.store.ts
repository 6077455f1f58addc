import type { TransactionSql } from "postgres";

/** A coarser level and what it is made from. `seconds`: length of its buckets. */
const LEVELS = {
  quarter: { from: "usage_minute", into: "usage_quarter", dirty: "quarter_dirty", seconds: 900 },
  day: { from: "usage_quarter", into: "usage_day", dirty: "day_dirty", seconds: 86_400 },
} as const;
export type RollupLevel = keyof typeof LEVELS;

/** One roll-up at a time; others find it taken and go on. Released with the transaction. */
export const tryLockRollup = async (sql: TransactionSql): Promise<boolean> => {
  const rows = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('masthead rollup', 0)) as locked`;
  return rows[0]?.locked === true;
};

/** A tenant's bucket of a coarser level. */
export interface DirtyBucket {
  tenantId: string;
  /** Unix seconds */
  bucket: number;
}

/**
 * Takes buckets that have ended by `endedBy` (Unix seconds) and changed since they were made, oldest first, and marks
 * them unchanged. Minutes that a drain is writing right now are passed over and stay marked.
 */
export const takeDirtyBuckets = async (
  sql: TransactionSql,
  level: RollupLevel,
  endedBy: number,
  limit: number,
): Promise<DirtyBucket[]> => {
  const { dirty, seconds } = LEVELS[level];
  const unfinished = level === "day" ? sql`and not w.quarter_dirty` : sql``;
  return sql<DirtyBucket[]>`
    with taken as (
      select tenant_id, bucket from usage_windows w
      where ${sql(dirty)} ${unfinished}
        and bucket < to_timestamp(floor(${endedBy}::float8 / ${seconds}::float8) * ${seconds}::float8)
      order by bucket limit ${limit} for update skip locked),
    cleaned as (
      update usage_windows w set ${sql(dirty)} = false from taken
      where w.tenant_id = taken.tenant_id and w.bucket = taken.bucket returning w.tenant_id, w.bucket)
    select distinct tenant_id as "tenantId",
      (floor(extract(epoch from bucket) / ${seconds}::int) * ${seconds}::int)::bigint as bucket
    from cleaned`;
};

/** Recomputes buckets from the finer level, whole: doing it again changes nothing. */
export const recomputeBuckets = async (
  sql: TransactionSql,
  level: RollupLevel,
  buckets: readonly DirtyBucket[],
): Promise<void> => {
  if (buckets.length === 0) return;
  const { from, into, seconds } = LEVELS[level];
  await sql`
    with wanted as (
      select d ->> 'tenantId' as tenant_id, to_timestamp((d ->> 'bucket')::float8) as bucket
      from jsonb_array_elements(${JSON.stringify(buckets)}::jsonb) as d),
    fine as (
      select wanted.bucket as coarse, f.* from wanted join ${sql(from)} f on f.tenant_id = wanted.tenant_id
        and f.bucket >= wanted.bucket and f.bucket < wanted.bucket + make_interval(secs => ${seconds})),
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
      group by 1, 2, 3)
    insert into ${sql(into)} as c (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes,
      measures, latency_buckets, latency_counts)
    select tenant_id, coarse, series_id, requests, errors, request_bytes, response_bytes, measures,
      coalesce(latency.buckets, '{}'), coalesce(latency.counts, '{}')
    from counts left join latency using (tenant_id, coarse, series_id)
      left join measures using (tenant_id, coarse, series_id)
    order by tenant_id, coarse, series_id
    on conflict (tenant_id, bucket, series_id) do update set requests = excluded.requests, errors = excluded.errors,
      request_bytes = excluded.request_bytes, response_bytes = excluded.response_bytes,
      measures = excluded.measures, latency_buckets = excluded.latency_buckets,
      latency_counts = excluded.latency_counts`;
};

/** Moves the horizon to `day` (`YYYY-MM-DD`) unless minutes before it still wait for their roll-up. @returns whether it moved */
export const moveHorizon = async (sql: TransactionSql, day: string): Promise<boolean> => {
  // Waits for drains that book by the horizon as it is; what they marked is seen by the next statement.
  await sql`select from usage_horizon for update`;
  const rows = await sql`
    update usage_horizon set minutes_from = ${day}::date
    where minutes_from < ${day}::date and not exists (
      select from usage_windows where (quarter_dirty or day_dirty)
        and bucket < ${day}::timestamp at time zone 'UTC')
    returning 1`;
  await sql`
    delete from usage_windows where not quarter_dirty and not day_dirty
      and bucket < (select minutes_from::timestamp at time zone 'UTC' from usage_horizon)`;
  return rows.length > 0;
};
