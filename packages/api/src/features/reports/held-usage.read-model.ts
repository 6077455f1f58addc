import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";

/** Unix seconds, inclusive and exclusive; whole buckets of the level that is read. Of level `month`: one month of UTC. */
export interface HeldRange {
  readonly from: number;
  readonly to: number;
}

/** Which buckets of usage are read where they are up to date; finer ones are where they are not. */
export type HeldLevel = "month" | "day" | "quarter";

/**
 * Common table expressions that end in `held (bucket, series_id, …)`: usage of a tenant, each time from the coarsest buckets that are
 * up to date. In one snapshot it is the same usage at every level. A bucket whose finer one is out of date is so itself.
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
    latency_buckets, latency_counts, consumers`;
  const dirty = (of: HeldLevel) => sql`(select bucket as start from dirty where level = ${of})`;
  const coarse = {
    month: sql`select ${columns} from usage_month where ${inRange} and not exists (select from ${dirty("month")} d)
      union all
      select ${columns} from usage_day where ${inRange} and exists (select from ${dirty("month")} d)
        and bucket not in ${dirty("day")}`,
    day: sql`select ${columns} from usage_day where ${inRange} and bucket not in ${dirty("day")}`,
    quarter: sql`select ${columns} from usage_quarter where ${inRange} and bucket not in ${dirty("quarter")}`,
  };
  const quartersOfDays = sql`union all
      select ${columns} from ${dirty("day")} d join usage_quarter
        on ${inRange} and bucket >= start and bucket < start + interval '24 hours'
      where bucket not in ${dirty("quarter")}`;
  return sql`
    dirty as materialized (select level, bucket from usage_dirty where ${inRange}),
    held as (
      ${coarse[level]}
      ${level === "quarter" ? sql`` : quartersOfDays}
      union all
      select ${columns} from ${dirty("quarter")} d join usage_minute
        on ${inRange} and bucket >= start and bucket < start + interval '15 minutes')`;
};

/** Condition on `usage_series s`: what reports count. */
export const countsInReports = (sql: TransactionSql): Fragment => sql`s.role = 'server' and s.report`;
