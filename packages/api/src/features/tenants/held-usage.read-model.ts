import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";

/** Whole days (UTC), Unix seconds. */
export interface DayRange {
  from: number;
  to: number;
}

/**
 * CTEs of which the last, `held`, has rows of usage (`tenant_id, series_id, requests`) from the coarsest buckets that are up to date:
 * days, else quarter-hours, else minutes.
 * @param ofTenants condition on `tenant_id`
 * @param range absent: all that is held
 */
export const heldUsage = (sql: TransactionSql, ofTenants: Fragment, range?: DayRange): Fragment => {
  const within = range
    ? sql`and bucket >= to_timestamp(${range.from}::float8) and bucket < to_timestamp(${range.to}::float8)`
    : sql``;
  return sql`
    changed_days as materialized (
      select tenant_id, bucket as day from usage_dirty where ${ofTenants} and level = 'day' ${within}),
    changed_quarters as materialized (
      select tenant_id, bucket as quarter from usage_dirty where ${ofTenants} and level = 'quarter' ${within}),
    held as (
      select tenant_id, series_id, requests from usage_day
      where ${ofTenants} and (tenant_id, bucket) not in (select * from changed_days) ${within}
      union all
      select tenant_id, series_id, requests from changed_days join usage_quarter using (tenant_id)
      where bucket >= day and bucket < day + interval '24 hours'
        and (tenant_id, bucket) not in (select * from changed_quarters)
      union all
      select tenant_id, series_id, requests from changed_quarters join usage_minute using (tenant_id)
      where bucket >= quarter and bucket < quarter + interval '15 minutes')`;
};
