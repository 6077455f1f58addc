import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { latencyOf } from "../usage/index.js";
import { type HeldTenant, type HeldUsage, heldUsage } from "./held-usage.read-model.js";
import type { PeriodPlan } from "./period-plan.rules.js";
import type { Counts, Measures } from "./trend.read-model.js";

/** Ways in which a report splits its totals; of `dimension`, `name` says which. */
export type Section =
  | "service"
  | "endpoint"
  | "template"
  | "method"
  | "consumer"
  | "status"
  | "statusClass"
  | "dimension"
  | "failed";

export interface SectionRow extends Counts {
  readonly section: Section;
  readonly name: string;
  readonly key: string | null;
  /** of `endpoint` and `failed`: the method, `key` is the template */
  readonly method: string | null;
  readonly measures: Measures;
  /** of `endpoint` only */
  readonly latency: Histogram | null;
}

export interface Breakdowns {
  readonly rows: readonly SectionRow[];
  /** names of the policies that governed what was counted, ascending */
  readonly policies: readonly string[];
}

/** Rows that a breakdown has at most; what is beyond is added up as one more, `__other__`. */
export const BREAKDOWN_ROWS_MAX = 1_000;

/** What each section is read by: consumers and endpoints each have a summary, and no section has both. */
const SECTIONS = {
  consumer: ["consumer"],
  endpoint: ["service", "endpoint", "template", "method", "status", "statusClass", "failed", "dimension"],
} as const satisfies Record<string, readonly Section[]>;

/** Splits a tenant's period in every way. Rows of one section come in no order; of `failed`, only those with errors. */
export async function readBreakdowns(
  sql: TransactionSql,
  held: HeldTenant,
  { whole: plan }: PeriodPlan,
  rowsMax: number = BREAKDOWN_ROWS_MAX,
): Promise<Breakdowns> {
  const { rows, policies } = await readSections(sql, { ...held, plan, grain: "endpoint" }, rowsMax);
  const consumers = await readSections(sql, { ...held, plan, grain: "consumer" }, rowsMax);
  return { rows: [...rows, ...consumers.rows], policies };
}

const readSections = async (
  sql: TransactionSql,
  usage: HeldUsage & { grain: keyof typeof SECTIONS },
  rowsMax: number,
): Promise<Breakdowns> => {
  const bounded = (column: "key" | "method") =>
    sql`case when min(place) > ${rowsMax}::int then '__other__' else min(${sql(column)}) end`;
  const [row] = await sql<{ rows: string; policies: string }[]>`
    with counted as materialized (select * from ${heldUsage(sql, usage)} held),
    series as materialized (
      select series_id, any_value(policy_name) as policy_name, any_value(service_name) as service_name,
        any_value(template) as template, any_value(method) as method, any_value(status) as status,
        any_value(dimensions) as dimensions, any_value(consumer) as consumer, sum(requests) as requests,
        sum(errors) as errors, sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes
      from counted group by series_id),
    dimension_names as (select distinct jsonb_object_keys(dimensions) as name from series),
    cells as (select * from (
      select section, '' as name, key, cell.method, c.series_id, c.requests, c.errors, c.request_bytes, c.response_bytes
      from series c cross join lateral (values
        ('service', service_name, null), ('endpoint', template, c.method), ('template', template, null),
        ('method', c.method, null), ('consumer', consumer, null), ('status', status::text, null),
        ('statusClass', (status / 100)::text || 'xx', null)) as cell (section, key, method)
      union all
      select 'failed', '', template, method, series_id, requests, errors, request_bytes, response_bytes
      from series where errors > 0
      union all
      select 'dimension', name, dimensions ->> name, null, series_id, requests, errors, request_bytes, response_bytes
      from series cross join dimension_names) c
      where section = any(${textArray(SECTIONS[usage.grain])}::text[])),
    ranked as (
      select section, name, key, method, array_agg(series_id) as series_ids, sum(requests) as requests,
        sum(errors) as errors, sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes,
        row_number() over (partition by section, name
          order by sum(case section when 'failed' then errors else requests end) desc,
            key collate "C", method collate "C") as place
      from cells group by section, name, key, method),
    numbered as materialized (
      select *, dense_rank() over (order by section, name, least(place, ${rowsMax}::int + 1)) as id from ranked),
    placed as (
      select id, min(section) as section, min(name) as name, ${bounded("key")} as key,
        case when min(section) in ('endpoint', 'failed') then ${bounded("method")} end as method,
        sum(requests) as requests, sum(errors) as errors,
        sum(request_bytes) as "requestBytes", sum(response_bytes) as "responseBytes"
      from numbered group by id),
    members as materialized (select id, section, unnest(series_ids) as series_id from numbered),
    measured as (
      select id, json_object_agg(measure, value order by measure) as measures from (
        select id, m.measure, sum(m.value) as value
        from members join (
          select series_id, m.name as measure, sum(value::numeric) as value
          from counted, jsonb_each_text(measures) as m (name, value) where measures is not null
          group by series_id, m.name) m using (series_id)
        group by id, m.measure) added
      group by id),
    latencies as (${latencyOf(
      sql,
      sql`(select id, false as previous, c.* from counted c join members using (series_id) where section = 'endpoint') detail`,
    )})
    select
      (select coalesce(json_agg(found), '[]') from (
        select section, name, key, method, requests, errors, "requestBytes", "responseBytes",
          coalesce(m.measures, '{}') as measures, l.latency
        from placed left join measured m using (id) left join latencies l using (id)) found)::text as rows,
      (select coalesce(json_agg(policy_name order by policy_name collate "C"), '[]') from (
        select distinct policy_name from series) p)::text as policies`;
  if (!row) throw new Error("the period was not split");
  return {
    rows: JSON.parse(row.rows) as SectionRow[],
    policies: JSON.parse(row.policies) as string[],
  };
};
