import type { TransactionSql } from "postgres";
import { columnList, type Fragment, joined } from "../../platform/db/fragments.js";
import { USAGE_COLUMNS } from "./levels.rules.js";

/** {@link USAGE_COLUMNS} in SQL, of a table by its alias. */
export const usageColumns = (sql: TransactionSql, alias?: string): Fragment =>
  columnList(sql, USAGE_COLUMNS, alias);

/**
 * Rows of one tenant, bucket and series added up to one, exactly. Most have no other to be added to, and stay as they are. What is
 * made of the others part by part is put together by a grouping and not by joins: how many rows there are is never known when this is
 * planned, and a join that was planned for one row took two minutes for 5,000. `any_value` is of Postgres 16.
 *
 * @param rows has {@link USAGE_COLUMNS} and `members`: of how many rows its own is made
 * @param told columns that rows have beside them, the same in all that are added up to one
 */
export const mergedRows = (sql: TransactionSql, rows: Fragment, told: readonly string[] = []): Fragment => {
  const each = (column: (name: Fragment) => Fragment) =>
    joined(
      sql,
      told.map((name) => sql`, ${column(sql`${sql(name)}`)}`),
    );
  const none = each(() => sql`null`);
  return sql`
  with members as materialized (${rows}),
  rows as materialized (select * from members where members > 1),
  counts as (
    select tenant_id, bucket, series_id, sum(requests)::bigint as requests, sum(errors)::bigint as errors,
      sum(request_bytes)::bigint as request_bytes, sum(response_bytes)::bigint as response_bytes
      ${each((name) => sql`any_value(${name}) as ${name}`)}
    from rows group by 1, 2, 3),
  latency as (
    select tenant_id, bucket, series_id, array_agg(b order by b) as buckets, array_agg(n order by b) as counts
    from (
      select tenant_id, bucket, series_id, b, sum(n)::bigint as n
      from rows, unnest(latency_buckets, latency_counts) as l (b, n) group by 1, 2, 3, 4) added
    group by 1, 2, 3),
  measures as (
    select tenant_id, bucket, series_id, jsonb_object_agg(name, value) as measures
    from (
      select tenant_id, bucket, series_id, name, sum(value::numeric) as value
      from rows, jsonb_each_text(measures) as m (name, value) group by 1, 2, 3, 4) added
    group by 1, 2, 3),
  consumers as (
    select tenant_id, bucket, series_id, array_agg(entry order by entry) as consumers
    from (
      select tenant_id, bucket, series_id, max(entry) as entry
      from rows, unnest(consumers) as entry group by 1, 2, 3, entry >> 6) merged
    group by 1, 2, 3),
  parts as (
    select *, null::jsonb as measures, null::int[] as latency_buckets, null::bigint[] as latency_counts, null::int[] as consumers
    from counts
    union all select tenant_id, bucket, series_id, null, null, null, null ${none}, null, buckets, counts, null from latency
    union all select tenant_id, bucket, series_id, null, null, null, null ${none}, measures, null, null, null from measures
    union all select tenant_id, bucket, series_id, null, null, null, null ${none}, null, null, null, consumers from consumers)
  select tenant_id, bucket, series_id, any_value(requests) as requests, any_value(errors) as errors,
    any_value(request_bytes) as request_bytes, any_value(response_bytes) as response_bytes, any_value(measures) as measures,
    coalesce(any_value(latency_buckets), '{}') as latency_buckets, coalesce(any_value(latency_counts), '{}') as latency_counts,
    any_value(consumers) as consumers ${each((name) => sql`any_value(${name}) as ${name}`)}
  from parts group by 1, 2, 3
  union all
  select ${usageColumns(sql)} ${each((name) => name)} from members where members = 1`;
};
