import type { TransactionSql } from "postgres";
import { plainArray } from "../../platform/db/array-literal.js";
import type { UsagePlan } from "../usage/index.js";
import { type HeldTenant, heldUsage } from "./held-usage.read-model.js";

export interface CountedHour {
  /** which of the hours asked for, from 0 */
  readonly hour: number;
  readonly requests: number;
  readonly errors: number;
}

/** Counts a tenant's period by hours. @param starts Unix seconds at which they begin, ascending from the period's start on */
export async function readHours(
  sql: TransactionSql,
  held: HeldTenant,
  plan: UsagePlan,
  starts: readonly number[],
): Promise<CountedHour[]> {
  const rows = await sql<CountedHour[]>`
    select width_bucket(extract(epoch from bucket)::float8, ${plainArray(starts)}::float8[]) - 1 as hour,
      sum(requests)::bigint as requests, sum(errors)::bigint as errors
    from ${heldUsage(sql, { ...held, plan, grain: "tenant" })} held group by 1 order by 1`;
  return [...rows];
}
