import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { type UsageGrain, type UsagePlan, usageSource } from "../usage/index.js";

/** Usage of one tenant. */
export interface HeldUsage {
  readonly tenant: string;
  readonly plan: UsagePlan;
  /** what of its series is read */
  readonly grain: UsageGrain;
}

/** Usage that reports count, as a table: rows of buckets with `series_id`, of which the columns that the grain keeps mean something. */
export const heldUsage = (sql: TransactionSql, { tenant, plan, grain }: HeldUsage): Fragment => sql`(
  select u.* from (${usageSource(sql, { plan, grain, tenants: [tenant] })}) u
  join usage_series s on s.tenant_id = ${tenant} and s.series_id = u.series_id
  where s.role = 'server' and s.report)`;
