import type { Histogram } from "@masthead/shared/usage/histogram";
import type { TransactionSql } from "postgres";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import {
  consumersOf,
  consumerTables,
  latencyOf,
  measuresOf,
  quantileBy,
} from "./usage-details.read-model.js";
import {
  CONSUMERS,
  filledRows,
  type GrainRead,
  sumsOf,
  targetsOf,
  type UsageGrouping,
  usageOf,
} from "./usage-groups.read-model.js";
import { type OrderTerm, QUANTILES } from "./usage-metric.rules.js";
import {
  isBehind,
  latencyColumn,
  measureNames,
  orderedBy,
  positionValues,
  type UsagePosition,
} from "./usage-order.read-model.js";

export interface UsageRead extends UsageGrouping {
  /** which measures; absent: all */
  measures?: readonly string[] | undefined;
  latency: boolean;
  /** what consumers are counted from: tells them apart, which is not asked of all else; absent: they are not counted */
  consumersFrom?: GrainRead | undefined;
  order: readonly OrderTerm[];
  /** only rows behind this one */
  after?: UsagePosition | undefined;
  limit: number;
}

/** What was counted of a row in one period. */
export interface UsageCounts {
  requests: number;
  errors: number;
  requestBytes: number;
  responseBytes: number;
  measures: Record<string, number> | null;
  latency: Histogram | null;
  consumers: { named: number; sketch: number[] | null } | null;
}

export interface UsageCounted {
  /** number of the window */
  window: number;
  /** values of `groupBy`, as text; empty where the row is the remainder */
  key: readonly (string | null)[];
  /** the remainder of `top` */
  rest: boolean;
  /** groups added up in it */
  groups: number;
  position: UsagePosition;
  now: UsageCounts;
  before: UsageCounts;
  /** whether any row, of all pages, has `__other__` in its group */
  hasOther: boolean;
}

/**
 * Rows in the order asked for; sums are exact, whatever buckets they come from. One statement, hence one snapshot. None where the row of
 * `after` is not found.
 */
export const readUsage = async (sql: TransactionSql, read: UsageRead): Promise<UsageCounted[]> => {
  const metrics = [...read.order.map(({ by }) => by), read.top?.by].filter((by) => typeof by === "object");
  const measures = measureNames(metrics);
  const rows = await sql<UsageCounted[]>`
    with usage as ${kept(sql, read)} (${usageOf(sql, read, read)}),
    ${read.consumersFrom ? sql`calling as ${kept(sql, read.consumersFrom)} (${usageOf(sql, read, read.consumersFrom, CONSUMERS)}),` : sql``}
    sums as materialized (${sumsOf(sql, read, measures)}),
    ${targetsOf(sql, read, measures)}
    rows as materialized (${read.fill ? filledRows(sql, read, measures) : sql`select * from totals`}),
    ${page(sql, read, measures)}
    ${details(sql, read)}
    select w as window, to_json(key) as key, rest, groups::int as groups,
      json_build_object('window', w, 'keyHash', md5(key::text), 'values', position) as position,
      ${counts(sql, false)} as now, ${counts(sql, true)} as before,
      exists (select from sums where '__other__' = any(key)) as "hasOther"
    from page
      left join latency latency_now on latency_now.id = page.id and not latency_now.previous
      left join latency latency_before on latency_before.id = page.id and latency_before.previous
      left join measured measured_now on measured_now.id = page.id and not measured_now.previous
      left join measured measured_before on measured_before.id = page.id and measured_before.previous
      left join consumed consumed_now on consumed_now.id = page.id and not consumed_now.previous
      left join consumed consumed_before on consumed_before.id = page.id and consumed_before.previous
    order by place`;
  return [...rows];
};

/** Series that are looked up one by one are so before anything is joined with them: it would be joined anew for each. */
const kept = (sql: TransactionSql, { few }: GrainRead): Fragment =>
  few ? sql`materialized` : sql`not materialized`;

const counts = (sql: TransactionSql, previous: boolean): Fragment => {
  const of = (column: string) => sql(previous ? `previous_${column}` : column);
  const detail = (table: string) => sql(previous ? `${table}_before` : `${table}_now`);
  return sql`json_build_object(
    'requests', ${of("requests")}, 'errors', ${of("errors")}, 'requestBytes', ${of("request_bytes")},
    'responseBytes', ${of("response_bytes")}, 'measures', ${detail("measured")}.measures,
    'latency', ${detail("latency")}.latency, 'consumers', ${detail("consumed")}.consumers)`;
};

/** The rows to be answered, and what they are ordered by where that is not a sum. */
const page = (
  sql: TransactionSql,
  { order, after, limit }: UsageRead,
  measures: readonly string[],
): Fragment => {
  const names = order.flatMap(({ by }) => (typeof by === "object" && by.kind === "latency" ? [by.name] : []));
  const percentiles = [...new Set(names)];
  const tables = percentiles.map((name) => {
    const usage = sql`(
      select id, latency_buckets, latency_counts from usage join targets using (w, key) where not previous) own`;
    return sql`${sql(latencyColumn(name))} as materialized (${quantileBy(sql, { grain: sql`id`, usage, q: QUANTILES[name] })}),`;
  });
  const columns = percentiles.map((name) => {
    const column = sql(latencyColumn(name));
    return sql`, coalesce(${column}.value, -2) as ${column}`;
  });
  const joins = percentiles.map((name) => sql`left join ${sql(latencyColumn(name))} using (id)`);
  const terms = orderedBy(sql, order, measures);
  return sql`
    ${joined(sql, tables)}
    page as materialized (
      select ranked.*, row_number() over (order by ${terms}) as place,
        ${positionValues(sql, order, measures)} as position
      from (select rows.* ${joined(sql, columns)} from rows ${joined(sql, joins)}) ranked
      ${after ? sql`where ${isBehind(sql, order, measures, after)}` : sql``}
      order by ${terms} limit ${limit}::int),`;
};

/** Read for the rows of the page alone, and only what is asked for. */
const details = (sql: TransactionSql, read: UsageRead): Fragment => {
  const detail = sql`(select id, usage.* from usage join page_targets using (w, key)) detail`;
  const none = (column: string) =>
    sql`select null::bigint as id, null::boolean as previous, null::jsonb as ${sql(column)} where false`;
  return sql`
    page_targets as materialized (select w, key, id from targets where id in (select id from page)),
    ${read.consumersFrom ? consumerTables(sql, sql`calling`) : sql``}
    latency as (${read.latency ? latencyOf(sql, detail) : none("latency")}),
    measured as (${read.measures?.length === 0 ? none("measures") : measuresOf(sql, detail, read.measures)}),
    consumed as (${read.consumersFrom ? consumersOf(sql) : none("consumers")})`;
};
