import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { type UsageSource, usageSource, withSeries } from "../usage/index.js";

/** A tenant, and which of its buckets are not up to date. */
export interface HeldTenant extends Pick<UsageSource, "marks"> {
  readonly tenant: string;
}
export type HeldUsage = HeldTenant & Pick<UsageSource, "plan" | "grain">;

/**
 * Usage that reports count, as a table: rows of buckets, with `series_id`, of which the columns that the grain keeps mean something, and
 * its `consumer`.
 */
export const heldUsage = (sql: TransactionSql, { tenant, ...source }: HeldUsage): Fragment => sql`(
  select u.*, s.consumer from (${usageSource(sql, { ...source, tenants: [tenant] })}) u ${withSeries(sql, "u")}
  where s.role = 'server' and s.report)`;
