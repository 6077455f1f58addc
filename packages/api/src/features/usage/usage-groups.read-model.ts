import type { UsageFilter } from "@masthead/shared/http/usage-query-schema";
import type { TransactionSql } from "postgres";
import { plainArray } from "../../platform/db/array-literal.js";
import { columnList, type Fragment, joined } from "../../platform/db/fragments.js";
import type { UsageGrain } from "./levels.rules.js";
import type { UsageSource } from "./usage-branches.read-model.js";
import { quantileBy } from "./usage-details.read-model.js";
import { groupKey, holds } from "./usage-dimension.read-model.js";
import { type Metric, QUANTILES } from "./usage-metric.rules.js";
import { measureColumn, sumColumn } from "./usage-order.read-model.js";
import { usageSource } from "./usage-source.read-model.js";
import type { WindowSlots } from "./usage-windows.rules.js";

/** By what rows are read, and whether they are few. */
export interface GrainRead {
  grain: UsageGrain;
  /** as Postgres expects: they are kept then, and read again for each of their columns otherwise */
  few: boolean;
}

/** What is counted, and how it is grouped. */
export interface UsageGrouping extends UsageSource, GrainRead {
  slots: WindowSlots;
  /** windows of the range */
  windows: number;
  filter?: UsageFilter | undefined;
  /** only series of policies with `report: true` */
  reportOnly?: boolean | undefined;
  groupBy: readonly string[];
  top?: { n: number; by: Metric; per: "range" | "window" } | undefined;
  /** also rows without usage */
  fill: boolean;
}

/** All that rows count but their consumers. */
const COUNTED = [
  ...["requests", "errors", "request_bytes", "response_bytes"],
  ...["measures", "latency_buckets", "latency_counts"],
];
/** What consumers are counted from: rows that are kept for them need no more. */
export const CONSUMERS = ["consumer", "consumers"];

/**
 * Buckets with the number of their window (`w`), the period it belongs to (`previous`), the values of `groupBy` (`key`) and `columns`.
 *
 * @param grain tells apart what is grouped by and filtered by, and whatever else is read of it
 */
export const usageOf = (
  sql: TransactionSql,
  read: Omit<UsageGrouping, keyof GrainRead>,
  { grain, few }: GrainRead,
  columns: readonly string[] = COUNTED,
): Fragment => {
  const { slots } = read;
  const slot =
    slots.startsUs.length === 1
      ? sql`0`
      : sql`width_bucket(u.bucket, (
          select array_agg(to_timestamp(us / 1000000) order by us) from unnest(${plainArray(slots.startsUs)}::float8[]) as us)) - 1`;
  return sql`
    select case when slot < ${slots.previous}::int then slot else slot - ${slots.first}::int end as w,
      slot < ${slots.previous}::int as previous, ${groupKey(sql, read.groupBy)} as key,
      ${columnList(sql, columns)}
    from (select ${slot} as slot, u.* from (${usageSource(sql, { ...read, grain }, few ? "each" : "all")}) u) s
    where true ${read.filter ? sql`and ${holds(sql, read.filter)}` : sql``} ${read.reportOnly ? sql`and s.report` : sql``}`;
};

const COUNTS = ["requests", "errors", "request_bytes", "response_bytes"];

/** Sums of `usage` by window and group; of the measures that rows are ranked or ordered by, too. */
export const sumsOf = (
  sql: TransactionSql,
  { slots }: UsageGrouping,
  measures: readonly string[],
): Fragment => {
  const compares = slots.previous > 0;
  const sum = (column: string) => {
    const [now, before] = [sql(column), sql(`previous_${column}`)];
    return compares
      ? sql`, coalesce(sum(${now}) filter (where not previous), 0)::bigint as ${now},
          coalesce(sum(${now}) filter (where previous), 0)::bigint as ${before}`
      : sql`, sum(${now})::bigint as ${now}, 0::bigint as ${before}`;
  };
  const measured = measures.map(
    (name, i) => sql`, coalesce(sum((measures ->> ${name}::text)::numeric)
      filter (where not previous), 0) as ${sql(measureColumn(i))}`,
  );
  return sql`select w, key ${joined(sql, COUNTS.map(sum))} ${joined(sql, measured)} from usage group by w, key`;
};

/**
 * `targets`: into which row (`id`) the sums of a window and group go; `totals`: the rows. Both are the sums themselves, unless only the
 * top stand on their own.
 */
export const targetsOf = (
  sql: TransactionSql,
  { top }: UsageGrouping,
  measures: readonly string[],
): Fragment => {
  if (!top)
    return sql`
      targets as materialized (select *, false as rest, row_number() over () as id from sums),
      totals as (select *, 1 as groups from targets),`;
  const perWindow = top.per === "window";
  const columns = [
    ...COUNTS.flatMap((column) => [column, `previous_${column}`]),
    ...measures.map((_name, i) => measureColumn(i)),
  ];
  return sql`
    ranks as materialized (${ranksOf(sql, top, measures)}),
    targets as materialized (
      select w, key, rest, target, dense_rank() over (order by w, rest, target collate "C") as id from (
        select s.w, s.key, r.rank > ${top.n}::int as rest,
          case when r.rank > ${top.n}::int then '{}' else s.key end as target
        from sums s join ranks r on r.key = s.key ${perWindow ? sql`and r.w = s.w` : sql``}) placed),
    totals as (
      select w, target as key, rest, id, count(*) as groups
        ${joined(
          sql,
          columns.map((column) => sql`, sum(${sql(column)}) as ${sql(column)}`),
        )}
      from targets join sums using (w, key) group by w, target, rest, id),`;
};

const ranksOf = (
  sql: TransactionSql,
  { by, per }: NonNullable<UsageGrouping["top"]>,
  measures: readonly string[],
): Fragment => {
  const grain = per === "window" ? sql`w, key` : sql`key`;
  const partition = per === "window" ? sql`partition by w` : sql``;
  const value =
    by.kind === "latency"
      ? quantileBy(sql, {
          grain,
          usage: sql`(select * from usage where not previous) own`,
          q: QUANTILES[by.name],
        })
      : sql`select ${grain}, sum(${sumColumn(sql, by, measures)}) as value from sums group by ${grain}`;
  return sql`
    select ${grain}, row_number() over (${partition} order by value desc nulls last, key collate "C") as rank
    from (select distinct ${grain} from sums) k left join (${value}) v using (${grain})`;
};

/** Every group in every window; where nothing is grouped, every window. */
export const filledRows = (
  sql: TransactionSql,
  { groupBy, windows }: UsageGrouping,
  measures: readonly string[],
): Fragment => {
  const columns = [
    ...COUNTS.flatMap((column) => [column, `previous_${column}`]),
    ...measures.map((_name, i) => measureColumn(i)),
  ];
  return sql`
    select w, key, rest, totals.id, coalesce(totals.groups, 0) as groups
      ${joined(
        sql,
        columns.map((column) => sql`, coalesce(totals.${sql(column)}, 0) as ${sql(column)}`),
      )}
    from generate_series(0, ${windows}::int - 1) as window_of (w)
      cross join (
        select distinct rest, key from totals
        ${groupBy.length === 0 ? sql`union select false, '{}'::text[]` : sql``}) groups_of
      left join totals using (w, key, rest)`;
};
