import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { type UsageSource, usageSource } from "../usage/index.js";

/** A tenant, and which of its buckets are not up to date. */
export interface HeldTenant extends Pick<UsageSource, "marks"> {
  readonly tenant: string;
}
export type HeldUsage = HeldTenant & Pick<UsageSource, "plan" | "grain">;

/** Usage that reports count, as a table: rows of buckets with `series_id`, of which the columns that the grain keeps mean something. */
export const heldUsage = (sql: TransactionSql, { tenant, ...source }: HeldUsage): Fragment => sql`(
  select u.* from (${usageSource(sql, { ...source, tenants: [tenant] })}) u
  cross join lateral (
    select from usage_series s where s.tenant_id = ${tenant} and s.series_id = u.series_id and s.role = 'server' and s.report
    offset 0) s)`;
