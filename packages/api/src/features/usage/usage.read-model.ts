import { isUsageDimension, type UsageDimension } from "@masthead/shared/usage/dimensions";
import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import { joined } from "../../platform/db/fragments.js";
import type { UsagePlan, UsageWindow } from "./usage-query.rules.js";
import { windowLength } from "./usage-query.rules.js";

/** `values` are alternatives; null stands for unknown. */
export interface UsageFilter {
  dimension: string;
  values: readonly (string | null)[];
}

/** A row, named by a hash of its key: keys are as long as tenants make them, and a cursor is not. */
export interface UsagePosition {
  windowUs: number;
  keyHash: string;
}

export interface UsageRead extends UsagePlan {
  window: UsageWindow;
  groupBy: readonly string[];
  filters: readonly UsageFilter[];
  /** only series of policies with `report: true` */
  reportOnly?: boolean | undefined;
  /** only rows behind this one, by window and then group */
  after?: UsagePosition | undefined;
  limit: number;
}

export interface UsageCounts {
  /** start of the window in microseconds; of `total`, of the range */
  windowUs: number;
  /** JSON of the group's values, in the order of `groupBy`: what rows of a window are ordered by */
  key: string;
  /** names `key` in a {@link UsagePosition} */
  keyHash: string;
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number> | null;
  latency: Histogram;
}

const COLUMNS: Record<UsageDimension, string> = {
  "tenant.id": "tenant_id",
  role: "role",
  "service.name": "service_name",
  "host.name": "host_name",
  "agent.id": "agent_id",
  "url.template": "template",
  "http.request.method": "method",
  "http.response.status_code": "status",
  "consumer.fingerprint": "consumer",
};

const dimension = (sql: TransactionSql, name: string) =>
  isUsageDimension(name) ? sql`s.${sql(COLUMNS[name])}` : sql`s.dimensions ->> ${name}::text`;

const at = (sql: TransactionSql, timeUs: number) => sql`to_timestamp(${timeUs / 1e6}::float8)`;
const within = (sql: TransactionSql, { fromUs, toUs }: UsagePlan["range"]) =>
  sql`(bucket >= ${at(sql, fromUs)} and bucket < ${at(sql, toUs)})`;

/**
 * The buckets of a plan: days that are up to date, quarter-hours that are, and minutes for the rest, in one snapshot. Ends
 * are columns, since under row-level security an expression would not reach the index.
 */
const buckets = (sql: TransactionSql, plan: UsagePlan) => sql`
  dirty_quarters as materialized (
    select tenant_id, bucket as start, bucket + interval '15 minutes' as until from usage_dirty
    where level = 'quarter' and ${within(sql, plan.quarters)}),
  dirty_days as materialized (
    select tenant_id, bucket as start, bucket + interval '1 day' as until from usage_dirty
    where level = 'day' and ${within(sql, plan.days)}),
  quarters as (
    select q.* from usage_quarter q where ${within(sql, plan.quarters)} and not ${within(sql, plan.days)}
    union all
    select q.* from dirty_days d join usage_quarter q
      on q.tenant_id = d.tenant_id and q.bucket >= d.start and q.bucket < d.until),
  source as (
    select * from usage_day u where ${within(sql, plan.days)}
      and not exists (select from dirty_days d where d.tenant_id = u.tenant_id and d.start = u.bucket)
    union all
    select * from quarters u
    where not exists (select from dirty_quarters d where d.tenant_id = u.tenant_id and d.start = u.bucket)
    union all
    select * from usage_minute where ${within(sql, plan.range)} and not ${within(sql, plan.quarters)}
    union all
    select m.* from dirty_quarters d join usage_minute m
      on m.tenant_id = d.tenant_id and m.bucket >= d.start and m.bucket < d.until)`;

const takes = (sql: TransactionSql, { dimension: name, values }: UsageFilter) => {
  const known = values.filter((value) => value !== null);
  const unknown = values.length > known.length ? sql`or ${dimension(sql, name)} is null` : sql``;
  return sql`and ((${dimension(sql, name)})::text in (
    select jsonb_array_elements_text(${JSON.stringify(known)}::jsonb)) ${unknown})`;
};

/**
 * Rows by window and group, ascending; sums are exact, whatever buckets they come from.
 * None where the row of `after` is not found.
 */
export const readUsage = async (sql: TransactionSql, read: UsageRead): Promise<UsageCounts[]> => {
  const length = windowLength(read.window);
  const start =
    length === null
      ? at(sql, read.range.fromUs)
      : sql`date_bin(make_interval(secs => ${length / 1e6}), bucket, 'epoch')`;
  const values = joined(
    sql,
    read.groupBy.map((name, i) => (i > 0 ? sql`, ${dimension(sql, name)}` : dimension(sql, name))),
  );
  const key = sql`jsonb_build_array(${values})::text collate "C"`;
  const filters = joined(
    sql,
    read.filters.map((filter) => takes(sql, filter)),
  );
  const { after } = read;
  const before = after
    ? sql`(select distinct place from placed
        where start = ${at(sql, after.windowUs)} and md5(key) = ${after.keyHash}::text)`
    : sql`(select 0 as place)`;
  const rows = await sql<UsageCounts[]>`
    with ${buckets(sql, read)},
    counted as (
      select ${start} as start, ${key} as key, u.*
      from source u join usage_series s using (tenant_id, series_id)
      where true ${filters} ${read.reportOnly ? sql`and s.report` : sql``}),
    placed as materialized (
      select *, dense_rank() over (order by start, key) as place from counted),
    page as (
      select placed.* from placed join ${before} before on placed.place > before.place and placed.place <= before.place + ${read.limit}::int),
    latency as (
      select place, jsonb_agg(jsonb_build_array(b, n) order by b) as latency from (
        select place, b, sum(n) as n from page, unnest(latency_buckets, latency_counts) as l (b, n)
        group by place, b) added
      group by place),
    measured as (
      select place, jsonb_object_agg(name, value) as measures from (
        select place, name, sum(value::numeric) as value from page, jsonb_each_text(measures) as m (name, value)
        group by place, name) added
      group by place),
    sums as (
      select place, min(start) as start, min(key) as key, sum(requests) as requests, sum(errors) as errors,
        sum(request_bytes) as request_bytes, sum(response_bytes) as response_bytes
      from page group by place)
    select (extract(epoch from start) * 1000000)::bigint as "windowUs", key, md5(key) as "keyHash",
      requests::bigint as requests,
      errors::bigint as errors, request_bytes::bigint as "requestBytes", response_bytes::bigint as "responseBytes",
      measures, coalesce(latency, '[]') as latency
    from sums left join latency using (place) left join measured using (place)
    order by place`;
  return [...rows];
};

/** Since when minutes are held, in microseconds. */
export const readMinutesFrom = async (sql: TransactionSql): Promise<number> => {
  const rows = await sql<{ us: number }[]>`
    select (extract(epoch from minutes_from::timestamp at time zone 'UTC') * 1000000)::bigint as us from usage_horizon`;
  return rows[0]?.us ?? 0;
};

/** Header names that have become dimensions of what the transaction may see. */
export const readDimensionNames = async (sql: TransactionSql): Promise<string[]> => {
  const rows = await sql<{ name: string }[]>`select distinct name from usage_dimension_names order by name`;
  return rows.map((row) => row.name);
};
