import type { TransactionSql } from "postgres";
import { type Fragment, joined } from "../../platform/db/fragments.js";
import type { Metric, OrderTerm } from "./usage-metric.rules.js";

/** A row, named by the values it is ordered by; its group by a hash, since keys are as long as tenants make them, and a cursor is not. */
export interface UsagePosition {
  /** number of the window */
  window: number;
  keyHash: string;
  /** of each term, as text; null for `group` */
  values: readonly (string | null)[];
}

const COUNT_COLUMNS = {
  requests: "requests",
  errors: "errors",
  requestBytes: "request_bytes",
  responseBytes: "response_bytes",
} as const;

/** Measures that rows are ranked or ordered by, each a column `m0`, `m1`, … of the sums. */
export const measureNames = (metrics: readonly Metric[]): string[] => [
  ...new Set(metrics.flatMap((metric) => (metric.kind === "measure" ? [metric.name] : []))),
];
export const measureColumn = (index: number): string => `m${index}`;

/** The column of a count or a measure. */
export const sumColumn = (
  sql: TransactionSql,
  metric: Exclude<Metric, { kind: "latency" }>,
  measures: readonly string[],
): Fragment =>
  metric.kind === "count"
    ? sql`${sql(COUNT_COLUMNS[metric.name])}`
    : sql`${sql(measureColumn(measures.indexOf(metric.name)))}`;

/** Column of a percentile that rows are ordered by. */
export const latencyColumn = (name: string): string => `latency_${name}`;

const expression = (sql: TransactionSql, { by }: OrderTerm, measures: readonly string[]): Fragment => {
  if (by === "window") return sql`w`;
  if (by === "rest") return sql`rest`;
  if (by === "group") return sql`key collate "C"`;
  return by.kind === "latency" ? sql`${sql(latencyColumn(by.name))}` : sql`${sumColumn(sql, by, measures)}`;
};

/** `order by` of rows. */
export const orderedBy = (
  sql: TransactionSql,
  order: readonly OrderTerm[],
  measures: readonly string[],
): Fragment =>
  joined(
    sql,
    order.map((term, i) => {
      const direction = term.direction === "asc" ? sql`asc` : sql`desc`;
      return sql`${i > 0 ? sql`,` : sql``} ${expression(sql, term, measures)} ${direction}`;
    }),
  );

/** The values of a row's {@link UsagePosition}, as JSON. */
export const positionValues = (
  sql: TransactionSql,
  order: readonly OrderTerm[],
  measures: readonly string[],
): Fragment =>
  sql`jsonb_build_array(${joined(
    sql,
    order.map((term, i) => {
      const value = term.by === "group" ? sql`null` : sql`(${expression(sql, term, measures)})::text`;
      return sql`${i > 0 ? sql`,` : sql``} ${value}`;
    }),
  )})`;

/** Whether a row stands behind a position. Its group is looked up in `rows`: where it is gone, no row does. */
export const isBehind = (
  sql: TransactionSql,
  order: readonly OrderTerm[],
  measures: readonly string[],
  after: UsagePosition,
): Fragment => {
  const valueAt = (term: OrderTerm, i: number) =>
    term.by === "group"
      ? sql`(select key from rows where md5(key::text) = ${after.keyHash}::text limit 1) collate "C"`
      : term.by === "window"
        ? sql`${after.window}::int`
        : sql`${after.values[i] ?? null}::text::${term.by === "rest" ? sql`boolean` : sql`numeric`}`;
  const alternatives = order.map((term, i) => {
    const equal = order
      .slice(0, i)
      .map((before, j) => sql`${expression(sql, before, measures)} = ${valueAt(before, j)} and`);
    const beyond = term.direction === "asc" ? sql`>` : sql`<`;
    return sql`${i > 0 ? sql`or` : sql``} (${joined(sql, equal)} ${expression(sql, term, measures)} ${beyond} ${valueAt(term, i)})`;
  });
  return sql`(exists (select from rows where md5(key::text) = ${after.keyHash}::text) and (${joined(sql, alternatives)}))`;
};
