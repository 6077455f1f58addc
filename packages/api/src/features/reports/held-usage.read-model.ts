import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";

/** Unix seconds, inclusive and exclusive; whole buckets of the level that is read. */
export interface HeldRange {
  readonly from: number;
  readonly to: number;
}

/** Which buckets of usage are read where they are up to date; finer ones are where they are not. */
export type HeldLevel = "day" | "quarter";

/**
 * Common table expressions that end in `held (bucket, series_id, …)`: usage of a tenant, each time from the coarsest buckets that are
 * up to date. In one snapshot it is the same usage at every level.
 */
export const heldUsage = (
  sql: TransactionSql,
  tenant: string,
  { from, to }: HeldRange,
  level: HeldLevel,
): Fragment => {
  const inRange = sql`tenant_id = ${tenant}
    and bucket >= to_timestamp(${from}::float8) and bucket < to_timestamp(${to}::float8)`;
  const columns = sql`bucket, series_id, requests, errors, request_bytes, response_bytes, measures,
    latency_buckets, latency_counts`;
  const quarter = sql`date_bin('15 minutes', bucket, timestamptz 'epoch')`;
  const day = sql`date_trunc('day', bucket, 'UTC')`;
  const coarse =
    level === "day"
      ? sql`select ${columns} from usage_day
          where ${inRange} and bucket not in (select day from changed_days)
        union all
        select ${columns} from changed_days join usage_quarter
          on ${inRange} and bucket >= day and bucket < day + interval '24 hours'`
      : sql`select ${columns} from usage_quarter where ${inRange}`;
  return sql`
    changed_days as materialized (
      select distinct ${day} as day from usage_windows where ${inRange} and day_dirty),
    changed_quarters as materialized (
      select distinct ${quarter} as quarter from usage_windows where ${inRange} and quarter_dirty),
    held as (
      select * from (${coarse}) coarse where bucket not in (select quarter from changed_quarters)
      union all
      select ${columns} from changed_quarters join usage_minute
        on ${inRange} and bucket >= quarter and bucket < quarter + interval '15 minutes')`;
};

/** Condition on `usage_series s`: what reports count. */
export const countsInReports = (sql: TransactionSql): Fragment => sql`s.role = 'server' and s.report`;
