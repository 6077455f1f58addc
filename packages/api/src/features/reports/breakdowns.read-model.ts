import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import { withSeries } from "../usage/index.js";
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
  const place = sql`case when place > ${rowsMax}::int then '__other__' else`;
  const bounded = sql`section, name, ${place} key end as key,
    case when place > ${rowsMax}::int and section in ('endpoint', 'failed') then '__other__' else method end as method`;
  const [row] = await sql<{ rows: string; policies: string }[]>`
    with counted as materialized (select * from ${heldUsage(sql, usage)} held),
    series as materialized (
      select s.*, c.requests, c.errors, c.request_bytes, c.response_bytes
      from (select tenant_id, series_id, sum(requests) as requests, sum(errors) as errors,
          sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes
        from counted group by tenant_id, series_id) c ${withSeries(sql, "c")}),
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
    ranked as materialized (
      select section, name, key, method, array_agg(series_id) as series_ids, sum(requests) as requests,
        sum(errors) as errors, sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes,
        row_number() over (partition by section, name
          order by sum(case section when 'failed' then errors else requests end) desc,
            key collate "C", method collate "C") as place
      from cells group by section, name, key, method),
    placed as (
      select section, name, key, method, sum(requests) as requests, sum(errors) as errors,
        sum(request_bytes) as "requestBytes", sum(response_bytes) as "responseBytes"
      from (select ${bounded}, requests, errors, request_bytes, response_bytes from ranked) r
      group by section, name, key, method),
    measured as (
      select section, name, key, method, json_object_agg(measure, value order by measure) as measures from (
        select section, r.name, key, method, m.measure, sum(m.value) as value
        from (select ${bounded}, unnest(series_ids) as series_id from ranked) r
        join (select series_id, m.name as measure, sum(value::numeric) as value
          from counted, jsonb_each_text(measures) as m (name, value) group by series_id, m.name) m using (series_id)
        group by section, r.name, key, method, m.measure) added
      group by section, name, key, method),
    latencies as (
      select section, name, key, method, json_agg(json_build_array(b, n) order by b) as latency from (
        select section, name, key, method, b, sum(n) as n
        from (select ${bounded}, unnest(series_ids) as series_id from ranked where section = 'endpoint') r
        join (select series_id, b, sum(n) as n
          from counted, unnest(latency_buckets, latency_counts) as l (b, n) group by series_id, b) l using (series_id)
        group by section, name, key, method, b) added
      group by section, name, key, method)
    select
      (select coalesce(json_agg(found), '[]') from (
        select placed.*, coalesce(m.measures, '{}') as measures, l.latency
        from placed
        left join measured m on (m.section, m.name) = (placed.section, placed.name)
          and m.key is not distinct from placed.key and m.method is not distinct from placed.method
        left join latencies l on (l.section, l.name) = (placed.section, placed.name)
          and l.key is not distinct from placed.key and l.method is not distinct from placed.method) found)::text as rows,
      (select coalesce(json_agg(policy_name order by policy_name collate "C"), '[]') from (
        select distinct policy_name from series) p)::text as policies`;
  if (!row) throw new Error("the period was not split");
  return {
    rows: JSON.parse(row.rows) as SectionRow[],
    policies: JSON.parse(row.policies) as string[],
  };
};
