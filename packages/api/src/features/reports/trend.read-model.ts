import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import { plainArray } from "../../platform/db/array-literal.js";
import { unnested } from "../usage/index.js";
import { type HeldTenant, heldUsage } from "./held-usage.read-model.js";
import type { Period } from "./period.rules.js";
import type { PeriodPlan } from "./period-plan.rules.js";

export interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}
export type Measures = Readonly<Record<string, number>>;

/** What was counted in a part of a period. */
export interface TrendPart extends Counts {
  /** which part, from 0; null: the whole period */
  readonly part: number | null;
  readonly measures: Measures;
  readonly latency: Histogram;
}

/** Counts a tenant's period and each of its days or hours; parts without usage are not among them. */
export async function readTrend(
  sql: TransactionSql,
  held: HeldTenant,
  { starts }: Pick<Period, "starts">,
  { parts: plan }: PeriodPlan,
): Promise<TrendPart[]> {
  const [row] = await sql<{ parts: string }[]>`
    with counted as materialized (
      select held.*, width_bucket(extract(epoch from bucket)::float8, ${plainArray(starts)}::float8[]) - 1 as part
      from ${heldUsage(sql, { ...held, plan, grain: "tenant" })} held),
    sums as (
      select part, sum(requests) as requests, sum(errors) as errors, sum(request_bytes) as "requestBytes",
        sum(response_bytes) as "responseBytes"
      from counted group by grouping sets ((part), ()) having count(*) > 0),
    latencies as (
      select part, json_agg(json_build_array(b, n) order by b) as latency from (
        select part, b, sum(n) as n from (${unnested(sql, sql`part`, sql`counted`)}) l
        group by grouping sets ((part, b), (b))) added
      group by part),
    measured as (
      select part, json_object_agg(name, value order by name) as measures from (
        select part, name, sum(value::numeric) as value from counted, jsonb_each_text(measures) as m (name, value)
        group by grouping sets ((part, name), (name))) added
      group by part)
    select (select coalesce(json_agg(found), '[]') from (
      select sums.*, coalesce(latency, '[]') as latency, coalesce(measures, '{}') as measures
      from sums left join latencies l on l.part is not distinct from sums.part
        left join measured m on m.part is not distinct from sums.part) found)::text as parts`;
  if (!row) throw new Error("the period was not counted");
  return JSON.parse(row.parts) as TrendPart[];
}
