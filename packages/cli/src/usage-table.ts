import type { UsagePage, UsageRow } from "@masthead/client";
import { OTHER_SERIES } from "@masthead/shared/ids";
import { barText, bytesText, changeText, countText, millisecondsText, shareText } from "./number-text.js";
import { type Column, table } from "./table.js";
import type { Look } from "./terminal.js";
import { zonedText } from "./zoned-time.js";

const BAR_CELLS = 10;
const REMAINDER = "__remainder__";
/** Errors from which on a row is marked. */
const MANY_ERRORS = 0.05;

type Counts = Pick<UsageRow, "requests" | "errors" | "requestBytes" | "responseBytes" | "measures">;

/** A row as the table has it: one of the answer's, or the sum of all of them. */
interface Line extends Counts {
  readonly row?: UsageRow;
  readonly before: number | undefined;
}

const windowText = (row: UsageRow, window: string, zone: string): string => {
  const start = zonedText(row.windowStart, zone);
  if (window === "month") return start.slice(0, 7);
  return window === "day" ? start.slice(0, 10) : start;
};

/** What stands for a value of a group; words in brackets are no values. */
const valueText = (row: UsageRow, dimension: string): string => {
  const value = row.group[dimension];
  if (value === REMAINDER && row.remainderOf !== undefined)
    return `(${countText(row.remainderOf)} ${row.remainderOf === 1 ? "other" : "others"})`;
  if (value === OTHER_SERIES) return "(beyond a bound)";
  return value == null ? "(unknown)" : String(value);
};

const sumOf = (rows: readonly UsageRow[]): Line => {
  const add = (of: (row: UsageRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const names = new Set(rows.flatMap((row) => Object.keys(row.measures)));
  return {
    requests: add((row) => row.requests),
    errors: add((row) => row.errors),
    requestBytes: add((row) => row.requestBytes),
    responseBytes: add((row) => row.responseBytes),
    measures: Object.fromEntries([...names].map((name) => [name, add((row) => row.measures[name] ?? 0)])),
    before: rows.some((row) => row.previous) ? add((row) => row.previous?.requests ?? 0) : undefined,
  };
};

const groupColumns = (rows: readonly UsageRow[], window: string, zone: string): Column<Line>[] => {
  const dimensions = Object.keys(rows[0]?.group ?? {});
  const named: Column<Line>[] = dimensions.map((name) => ({
    title: name.toUpperCase(),
    cell: ({ row }) => (row ? valueText(row, name) : ""),
    style: ({ row }) => (row && valueText(row, name).startsWith("(") ? "dim" : undefined),
  }));
  const windows: Column<Line>[] =
    window === "total"
      ? []
      : [{ title: window.toUpperCase(), cell: ({ row }) => (row ? windowText(row, window, zone) : "") }];
  return [...windows, ...named];
};

const requestColumns = (rows: readonly UsageRow[], look: Look): Column<Line>[] => {
  const compared = rows.some((row) => row.previous !== undefined);
  const most = Math.max(1, ...rows.map((row) => row.requests));
  const requests: Column<Line> = {
    title: "REQUESTS",
    align: "right",
    cell: (line) => countText(line.requests),
  };
  if (compared)
    return [
      requests,
      {
        title: "BEFORE",
        align: "right",
        cell: ({ before }) => (before === undefined ? "" : countText(before)),
      },
      { title: "CHANGE", align: "right", cell: (line) => changeText(line.requests, line.before) },
    ];
  if (look.columns === undefined || rows.length < 2) return [requests];
  const bar = ({ row }: Line) => (row ? barText(row.requests / most, BAR_CELLS).padEnd(BAR_CELLS) : "");
  return [requests, { title: "", align: "right", spare: 5, style: () => "dim", cell: bar }];
};

const valueColumns = (rows: readonly UsageRow[]): Column<Line>[] => {
  const number = (title: string, spare: number, cell: (line: Line) => string): Column<Line> => ({
    title,
    align: "right",
    spare,
    cell,
  });
  const measures = [...new Set(rows.flatMap((row) => Object.keys(row.measures)))].sort();
  const timed = rows.some((row) => row.latencyMs !== undefined);
  const consumers = rows.some((row) => row.uniqueConsumers !== undefined);
  return [
    {
      ...number("ERRORS", 0, (line) => countText(line.errors)),
      style: (line) => (line.errors > MANY_ERRORS * line.requests ? "red" : undefined),
    },
    number("ERR %", 2, (line) => shareText(line.errors, line.requests)),
    ...(timed
      ? (["p50", "p95", "p99"] as const).map((name) =>
          number(`${name.toUpperCase()} MS`, name === "p95" ? 1 : 3, ({ row }) =>
            millisecondsText(row?.latencyMs?.[name]),
          ),
        )
      : []),
    ...(consumers
      ? [
          number("CONSUMERS", 0, ({ row }) =>
            row?.uniqueConsumers == null ? "" : countText(row.uniqueConsumers),
          ),
        ]
      : []),
    ...measures.map((name) => number(name.toUpperCase(), 1, (line) => countText(line.measures[name] ?? 0))),
    number("IN", 4, (line) => bytesText(line.requestBytes)),
    number("OUT", 4, (line) => bytesText(line.responseBytes)),
  ];
};

/** Rows of usage for people, with their sum where they are all there is. */
export const usageTable = ({ items, nextCursor, meta }: UsagePage, window: string, look: Look): string => {
  if (items.length === 0) return "Nothing was counted.";
  const columns = [
    ...groupColumns(items, window, meta.timeZone),
    ...requestColumns(items, look),
    ...valueColumns(items),
  ];
  const lines: Line[] = items.map((row) => ({ ...row, row, before: row.previous?.requests }));
  const whole = nextCursor === null && items.length > 1;
  const [first, ...others] = columns;
  if (!whole || !first) return table(columns, lines, look);
  const titled: Column<Line> = { ...first, cell: (line) => (line.row ? first.cell(line) : "total") };
  return table([titled, ...others], [...lines, sumOf(items)], look);
};
