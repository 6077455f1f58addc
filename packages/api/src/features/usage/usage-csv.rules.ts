import {
  COUNT_NAMES,
  LATENCY_NAMES,
  type UsageQueryDocument,
} from "@masthead/shared/http/usage-query-schema";
import type { UsageChange, UsageRow } from "@masthead/shared/http/usage-schema";
import { type CsvValue, csvLines } from "../../platform/http/csv.js";

type Asked = Pick<UsageQueryDocument, "groupBy" | "measures" | "include" | "top" | "compare">;
/** A column of values that a row has, and had in the period before. */
interface ValueColumn {
  name: string;
  of(
    values: Pick<UsageRow, "measures" | "latencyMs" | "uniqueConsumers" | (typeof COUNT_NAMES)[number]>,
  ): CsvValue;
  change(change: NonNullable<UsageRow["change"]>): UsageChange | undefined;
}

const valueColumns = (rows: readonly UsageRow[], { measures, include }: Asked): ValueColumn[] => {
  const names = measures ?? [
    ...new Set(rows.flatMap((row) => [row.measures, row.previous?.measures ?? {}].flatMap(Object.keys))),
  ];
  return [
    ...COUNT_NAMES.map(
      (name): ValueColumn => ({ name, of: (values) => values[name], change: (change) => change[name] }),
    ),
    ...[...names].sort().map(
      (name): ValueColumn => ({
        name: `measures.${name}`,
        of: (values) => values.measures[name] ?? 0,
        change: (change) => change.measures[name],
      }),
    ),
    ...(include.includes("latencyMs") ? LATENCY_NAMES : []).map(
      (name): ValueColumn => ({
        name: `latencyMs.${name}`,
        of: (values) => values.latencyMs?.[name] ?? null,
        change: (change) => change.latencyMs?.[name],
      }),
    ),
    ...(include.includes("uniqueConsumers")
      ? [
          {
            name: "uniqueConsumers",
            of: (values) => values.uniqueConsumers ?? null,
            change: (change) => change.uniqueConsumers,
          } satisfies ValueColumn,
        ]
      : []),
  ];
};

/** Rows as CSV: one column a value, a header first. A histogram is one cell, `upToMs:count` with spaces between. */
export const usageCsv = (rows: readonly UsageRow[], asked: Asked): string => {
  const values = valueColumns(rows, asked);
  const columns: [name: string, of: (row: UsageRow) => CsvValue][] = [
    ["windowStart", (row) => row.windowStart],
    ["windowEnd", (row) => row.windowEnd],
    ...asked.groupBy.map((name): [string, (row: UsageRow) => CsvValue] => [
      name,
      (row) => row.group[name] ?? null,
    ]),
  ];
  if (asked.top) columns.push(["remainderOf", (row) => row.remainderOf ?? null]);
  for (const { name, of } of values) columns.push([name, of]);
  if (asked.include.includes("histogram"))
    columns.push([
      "histogram",
      (row) => (row.histogram ?? []).map((one) => `${one.upToMs}:${one.count}`).join(" "),
    ]);
  if (asked.compare)
    for (const { name, of, change } of values)
      columns.push(
        [`previous.${name}`, (row) => (row.previous ? of(row.previous) : null)],
        [`change.${name}.absolute`, (row) => (row.change ? (change(row.change)?.absolute ?? null) : null)],
        [`change.${name}.ratio`, (row) => (row.change ? (change(row.change)?.ratio ?? null) : null)],
      );
  return csvLines([columns.map(([name]) => name), ...rows.map((row) => columns.map(([, of]) => of(row)))]);
};
