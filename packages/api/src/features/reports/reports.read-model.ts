import type { ReportRow } from "@masthead/shared/http/report-schema";
import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import type { Period } from "./period.rules.js";

/** Sections of a report; of `dimension`, `name` says which. */
export type Section = "total" | Period["unit"] | "service" | "template" | "method" | "status" | "dimension";
export interface SectionRow extends ReportRow {
  readonly section: Section;
  readonly name: string;
}

/** What a report is made of; all of it from one statement, hence of one moment. */
export interface CountedPeriod {
  readonly rows: readonly SectionRow[];
  readonly latency: Histogram;
  readonly measures: Readonly<Record<string, number>>;
}

/** Rows that a breakdown has at most; what is beyond is added up as one more, `__other__`. */
export const BREAKDOWN_ROWS_MAX = 1_000;

/**
 * Counts a tenant's period: the server role, of policies with `report: true`. Each time is read from the coarsest
 * buckets that are up to date: days, where they have changed quarter-hours, where these have changed minutes.
 */
export async function countPeriod(
  sql: TransactionSql,
  tenant: string,
  { from, to, unit }: Period,
  rowsMax: number = BREAKDOWN_ROWS_MAX,
): Promise<CountedPeriod> {
  const inPeriod = sql`tenant_id = ${tenant}
    and bucket >= to_timestamp(${from}::float8) and bucket < to_timestamp(${to}::float8)`;
  const columns = sql`bucket, series_id, requests, errors, request_bytes, response_bytes, measures,
    latency_buckets, latency_counts`;
  const timeKey = {
    day: sql`to_char(bucket at time zone 'UTC', 'YYYY-MM-DD')`,
    hour: sql`to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00.000000"Z"')`,
  }[unit];
  const coarse =
    unit === "day"
      ? sql`select ${columns} from usage_day
          where ${inPeriod} and bucket not in (select day from changed_days)
        union all
        select ${columns} from changed_days join usage_quarter
          on ${inPeriod} and bucket >= day and bucket < day + interval '24 hours'`
      : sql`select ${columns} from usage_quarter where ${inPeriod}`;
  const [row] = await sql<{ rows: string; latency: string; measures: string }[]>`
    with changed_days as materialized (
      select bucket as day from usage_dirty where ${inPeriod} and level = 'day'),
    changed_quarters as materialized (
      select bucket as quarter from usage_dirty where ${inPeriod} and level = 'quarter'),
    held as (
      select * from (${coarse}) coarse where bucket not in (select quarter from changed_quarters)
      union all
      select ${columns} from changed_quarters join usage_minute
        on ${inPeriod} and bucket >= quarter and bucket < quarter + interval '15 minutes'),
    counted as materialized (
      select held.*, s.service_name, s.template, s.method, s.status, s.dimensions
      from held join usage_series s on s.tenant_id = ${tenant} and s.series_id = held.series_id
      where s.role = 'server' and s.report),
    series_counts as materialized (
      select ${timeKey} as time, service_name, template, method, status, dimensions,
        sum(requests) as requests, sum(errors) as errors,
        sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes
      from counted group by 1, 2, 3, 4, 5, 6),
    dimension_names as (
      select distinct jsonb_object_keys(dimensions) as name from series_counts),
    cells as (
      select section, '' as name, key, c.* from series_counts c cross join lateral (values
        ('total', null), (${unit}::text, time), ('service', service_name), ('template', template),
        ('method', method), ('status', status::text)) as cell (section, key)
      union all
      select 'dimension', name, dimensions ->> name, c.* from series_counts c cross join dimension_names),
    ranked as (
      select section, name, key, sum(requests) as requests, sum(errors) as errors,
        sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes,
        row_number() over (partition by section, name order by sum(requests) desc, key) as place
      from cells group by section, name, key),
    bounded as (
      select section, name, case when place > ${rowsMax}::int then '__other__' else key end as key,
        sum(requests) as requests, sum(errors) as errors, sum(request_bytes) as "requestBytes",
        sum(response_bytes) as "responseBytes"
      from ranked group by 1, 2, 3)
    select
      (select coalesce(json_agg(bounded), '[]') from bounded)::text as rows,
      (select coalesce(json_agg(json_build_array(b, n) order by b), '[]') from (
        select b, sum(n) as n from counted, unnest(latency_buckets, latency_counts) as l (b, n)
        group by b) merged)::text as latency,
      (select coalesce(json_object_agg(name, value), '{}') from (
        select name, sum(value::numeric) as value from counted, jsonb_each_text(measures) as m (name, value)
        group by name) added)::text as measures`;
  if (!row) throw new Error("the period was not counted");
  return {
    rows: JSON.parse(row.rows) as SectionRow[],
    latency: JSON.parse(row.latency) as Histogram,
    measures: JSON.parse(row.measures) as Record<string, number>,
  };
}
