import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { type UsageSource, usageSource } from "../usage/index.js";

/** A tenant, and which of its buckets are not up to date. */
export interface HeldTenant extends Pick<UsageSource, "marks"> {
  readonly tenant: string;
}
export type HeldUsage = HeldTenant & Pick<UsageSource, "plan" | "grain">;

/** Usage that reports count, as a table: rows of buckets, with the columns of series that the grain tells apart. */
export const heldUsage = (sql: TransactionSql, { tenant, ...source }: HeldUsage): Fragment => sql`(
  select * from (${usageSource(sql, { ...source, tenants: [tenant] }, "each")}) u where role = 'server' and report)`;
