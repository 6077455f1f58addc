import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import {
  everHeld,
  type OfTenants,
  planOf,
  readHorizon,
  readMarks,
  type UsageGrain,
  type UsageSource,
  usageSource,
} from "../usage/index.js";

/** Whole days (UTC), Unix seconds. */
export interface DayRange {
  from: number;
  to: number;
}

/**
 * Where usage of tenants is read: of days, what is still held of them, else all that is held. Outside of a snapshot it is usage of a
 * moment ago.
 */
export const sourceOf = async (
  sql: TransactionSql,
  tenants: OfTenants,
  grain: UsageGrain,
  range: DayRange | undefined,
): Promise<UsageSource> => {
  const horizon = await readHorizon(sql);
  const held = range && { fromUs: Math.max(range.from, horizon.day) * 1e6, toUs: range.to * 1e6 };
  const plan = held ? planOf([held], horizon) : everHeld(horizon);
  if ("stretch" in plan) throw new Error("days are held, and cannot be read");
  return { plan, grain, tenants, marks: await readMarks(sql, [plan], tenants) };
};

/** Usage in the server role, as a table of `tenant_id, series_id, requests`. */
export const servedUsage = (sql: TransactionSql, source: UsageSource): Fragment => sql`(
  select tenant_id, series_id, requests from (${usageSource(sql, source, "each")}) u where role = 'server')`;

/** Requests in the server role by tenant, of those that made any. @param range absent: all that is held */
export const readRequests = async (
  sql: TransactionSql,
  tenants: readonly string[],
  range?: DayRange,
): Promise<Map<string, number>> => {
  const source = await sourceOf(sql, tenants, "tenant", range);
  const rows = await sql<{ tenantId: string; requests: number }[]>`
    select tenant_id as "tenantId", sum(requests)::bigint as requests from ${servedUsage(sql, source)} u
    group by tenant_id`;
  return new Map(rows.map(({ tenantId, requests }) => [tenantId, requests]));
};
