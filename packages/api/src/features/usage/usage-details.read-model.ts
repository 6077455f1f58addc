import { OTHER_SERIES } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import type { Fragment } from "../../platform/db/fragments.js";

/**
 * What is merged beside sums, of the rows of one page: each a table of `id`, `previous` and one more column. `detail` is the usage
 * of those rows.
 */

/** A row a bucket of a histogram. In the list and not behind `from`, where each array would be put by before it is read. */
export const unnested = (sql: TransactionSql, columns: Fragment, usage: Fragment): Fragment =>
  sql`select ${columns}, unnest(latency_buckets) as b, unnest(latency_counts) as n from ${usage}`;

/**
 * Histograms, `[[bucket, count], …]`, of a table with `id`, `previous` and histograms. Added up before anything is put in order: Postgres would
 * order what is to be added up, which is many times as much.
 */
export const latencyOf = (sql: TransactionSql, detail: Fragment): Fragment => sql`
  with merged as materialized (
    select id, previous, b, sum(n) as n from (${unnested(sql, sql`id, previous`, detail)}) l
    group by id, previous, b)
  select id, previous, jsonb_agg(jsonb_build_array(b, n) order by b) as latency from merged
  group by id, previous`;

/** Sums of measures by name. @param names absent: all */
export const measuresOf = (
  sql: TransactionSql,
  detail: Fragment,
  names: readonly string[] | undefined,
): Fragment => sql`
  select id, previous, jsonb_object_agg(name, value) as measures from (
    select id, previous, name, sum(value::numeric) as value from ${detail}, jsonb_each_text(measures) as m (name, value)
    where measures is not null ${names ? sql`and name = any(${textArray(names)}::text[])` : sql``}
    group by id, previous, name) added
  group by id, previous`;

/**
 * Different consumers: how many are known by name, and, where names were folded, a sketch of all of them (`consumer-sketch`; decision
 * 0026), else null.
 */
export const consumersOf = (sql: TransactionSql): Fragment => sql`
  select id, previous, jsonb_build_object('named', coalesce(named.n, 0), 'sketch', sketched.entries) as consumers
  from (select id, previous, count(*) as n from callers group by id, previous) named
  full join (
    select id, previous, jsonb_agg(entry order by entry) as entries from (
      select id, previous, max(entry) as entry from (
        select id, previous, entry from folded
        union all
        select id, previous, entry from callers cross join lateral (
          select ('x' || substr(consumer, 13, 3))::bit(12)::int * 64 + coalesce(nullif(least(63,
            position(B'1' in ('x' || substr(consumer, 16, 16))::bit(64))), 0), 63) as entry) e
        where (id, previous) in (select id, previous from folded)) all_of
      group by id, previous, entry >> 6) merged
    group by id, previous) sketched using (id, previous)`;

/**
 * The tables that {@link consumersOf} is made from. A consumer is a fingerprint, or `__other__` (`usagePartSchema`).
 *
 * @param usage a table as of `usageOf`, with consumers told apart
 */
export const consumerTables = (sql: TransactionSql, usage: Fragment): Fragment => sql`
  calls as materialized (
    select distinct id, previous, consumer, consumers from ${usage} u join page_targets using (w, key)),
  callers as materialized (
    select distinct id, previous, consumer from calls where consumer <> ${OTHER_SERIES}),
  folded as materialized (
    select id, previous, max(entry) as entry from calls, unnest(consumers) as entry
    group by id, previous, entry >> 6),`;

/**
 * Bucket of a quantile by nearest rank, as `quantileMs` finds it; one row a group of `usage`.
 *
 * @param grain columns that groups are made by
 * @param usage has these columns, `latency_buckets` and `latency_counts`
 */
export const quantileBy = (
  sql: TransactionSql,
  { grain, usage, q }: { grain: Fragment; usage: Fragment; q: number },
): Fragment => sql`
  select ${grain}, min(b) filter (where upto >= greatest(1, ceil(${q}::float8 * total))) as value from (
    select ${grain}, b, (sum(n) over (partition by ${grain} order by b))::float8 as upto,
      (sum(n) over (partition by ${grain}))::float8 as total from (
      select ${grain}, b, sum(n) as n from (${unnested(sql, grain, usage)}) l
      group by ${grain}, b) merged) ranked
  group by ${grain}`;
