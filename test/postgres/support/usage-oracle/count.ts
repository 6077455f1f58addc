import type { UsageFilter, UsageQueryDocument } from "@masthead/shared/http/usage-query-schema";
import { HISTOGRAM_BASE, quantileMs } from "@masthead/shared/usage/histogram";
import type { UsagePart } from "@masthead/shared/wire/batch";
import { type Span, spanBefore, windowsIn, type ZoneClock } from "./clock.js";
import { Counter } from "./counter.js";
import { holds, type Value, valueIn } from "./filter.js";

/** Usage by plain counting of parts: what `/v1/usage` is compared with. */

const namesRole = (filter: UsageFilter | undefined): boolean =>
  JSON.stringify(filter ?? {}).includes('"role"');

interface OracleRow {
  window: number;
  key: Value[];
  rest: boolean;
  groups: number;
  now: Counter;
  before: Counter;
}

const byText = (a: Value, b: Value): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
const byKey = (a: Value[], b: Value[]): number =>
  a.map((one, i) => byText(one, b[i] ?? null)).find((order) => order !== 0) ?? 0;

const iso = (minute: number) => `${new Date(minute * 60_000).toISOString().slice(0, -1)}000Z`;

/** All rows of all pages, as the API writes them, and whether uniques are exact. */
export const countUsage = (
  parts: readonly UsagePart[],
  query: UsageQueryDocument,
  clock: ZoneClock,
  span: Span,
): { rows: unknown[]; exact: boolean } => {
  const { window, groupBy, filter, compare, top, fill } = query;
  const windows = windowsIn(window, clock, span);
  const previous = compare
    ? windowsIn(window, clock, spanBefore(window, clock, span, windows.length)).slice(0, windows.length)
    : [];
  const roles = groupBy.includes("role") || namesRole(filter);
  const counted = parts.filter(
    (part) => (roles || part.role === "server") && (filter === undefined || holds(part, filter)),
  );
  const groups = new Map<string, OracleRow>();
  const rowOf = (w: number, key: Value[]): OracleRow => {
    const name = JSON.stringify([w, key]);
    const row = groups.get(name) ?? {
      window: w,
      key,
      rest: false,
      groups: 1,
      now: new Counter(),
      before: new Counter(),
    };
    groups.set(name, row);
    return row;
  };
  for (const part of counted) {
    const minute = Math.floor(part.windowStart / 60);
    const key = groupBy.map((name) => valueIn(part, name));
    for (const [period, spans] of [
      ["now", windows],
      ["before", previous],
    ] as const) {
      const w = spans.findIndex(({ from, to }) => from <= minute && minute < to);
      if (w >= 0) rowOf(w, key)[period].parts.push(part);
    }
  }
  let rows = [...groups.values()];
  if (top) rows = ranked(rows, top);
  if (fill) rows = filled(rows, windows.length, groupBy.length === 0);
  rows.sort(orderOf(query));
  const shown = rows.map((row) => toItem(row, query, windows, previous));
  const exact = rows.every((row) => row.now.consumers.exact && row.before.consumers.exact);
  return { rows: shown, exact };
};

const ranked = (rows: OracleRow[], { n, by, per }: NonNullable<UsageQueryDocument["top"]>): OracleRow[] => {
  const scopes = new Map<number, Map<string, { key: Value[]; all: Counter }>>();
  const scopeOf = (row: OracleRow) => (per === "window" ? row.window : -1);
  for (const row of rows) {
    const keys = scopes.get(scopeOf(row)) ?? new Map();
    scopes.set(scopeOf(row), keys);
    const held = keys.get(JSON.stringify(row.key)) ?? { key: row.key, all: new Counter() };
    held.all.parts.push(...row.now.parts);
    keys.set(JSON.stringify(row.key), held);
  }
  const tops = new Map(
    [...scopes].map(([scope, keys]) => {
      const sorted = [...keys.values()].sort(
        (a, b) => b.all.metric(by) - a.all.metric(by) || byKey(a.key, b.key),
      );
      return [scope, new Set(sorted.slice(0, n).map(({ key }) => JSON.stringify(key)))];
    }),
  );
  const rests = new Map<number, OracleRow>();
  const kept = rows.filter((row) => {
    if (tops.get(scopeOf(row))?.has(JSON.stringify(row.key))) return true;
    const rest = rests.get(row.window) ?? {
      window: row.window,
      key: [],
      rest: true,
      groups: 0,
      now: new Counter(),
      before: new Counter(),
    };
    rests.set(row.window, rest);
    rest.groups++;
    rest.now.parts.push(...row.now.parts);
    rest.before.parts.push(...row.before.parts);
    return false;
  });
  return [...kept, ...rests.values()];
};

const filled = (rows: OracleRow[], windows: number, ungrouped: boolean): OracleRow[] => {
  const held = new Map(rows.map((row) => [JSON.stringify([row.window, row.rest, row.key]), row]));
  const keys = new Map(rows.map(({ rest, key }) => [JSON.stringify([rest, key]), { rest, key }]));
  if (ungrouped) keys.set("[false,[]]", { rest: false, key: [] });
  return Array.from({ length: windows }, (_, window) =>
    [...keys.values()].map(
      ({ rest, key }): OracleRow =>
        held.get(JSON.stringify([window, rest, key])) ?? {
          window,
          key,
          rest,
          groups: 0,
          now: new Counter(),
          before: new Counter(),
        },
    ),
  ).flat();
};

const orderOf = ({ orderBy, top }: UsageQueryDocument) => {
  const asked = orderBy ?? (top ? [{ by: "window" }, { by: top.by }] : []);
  type Order = (a: OracleRow, b: OracleRow) => number;
  const terms = asked.map(({ by, direction }): Order => {
    const sign = (direction ?? (by === "window" || by === "group" ? "asc" : "desc")) === "asc" ? 1 : -1;
    if (by === "window") return (a, b) => sign * (a.window - b.window);
    if (by === "group") return (a, b) => sign * byKey(a.key, b.key);
    return (a, b) => sign * (a.now.metric(by) - b.now.metric(by));
  });
  const all: Order[] = [...terms, (a, b) => a.window - b.window, (a, b) => byKey(a.key, b.key)];
  const windowsFirst = asked.length === 0 || asked[0]?.by === "window";
  all.splice(windowsFirst ? 1 : 0, 0, (a, b) => Number(a.rest) - Number(b.rest));
  return (a: OracleRow, b: OracleRow): number =>
    all.map((term) => term(a, b)).find((order) => order !== 0) ?? 0;
};

const valuesOf = (counter: Counter, { include }: UsageQueryDocument, span: Span) => ({
  windowStart: iso(span.from),
  windowEnd: iso(span.to),
  requests: counter.sum("requests"),
  errors: counter.sum("errors"),
  requestBytes: counter.sum("requestBytes"),
  responseBytes: counter.sum("responseBytes"),
  measures: counter.measures,
  ...(include.includes("latencyMs")
    ? {
        latencyMs: {
          p50: quantileMs(counter.histogram, 0.5),
          p90: quantileMs(counter.histogram, 0.9),
          p95: quantileMs(counter.histogram, 0.95),
          p99: quantileMs(counter.histogram, 0.99),
        },
      }
    : {}),
  ...(include.includes("uniqueConsumers") ? { uniqueConsumers: counter.consumers.count } : {}),
});

const toItem = (row: OracleRow, query: UsageQueryDocument, windows: Span[], previous: Span[]): unknown => {
  const shown = (name: string, value: Value) =>
    value !== null && name === "http.response.status_code" ? Number(value) : value;
  const before = previous[row.window];
  return {
    ...valuesOf(row.now, query, windows[row.window] ?? { from: 0, to: 0 }),
    group: Object.fromEntries(
      query.groupBy.map((name, i) => [name, row.rest ? "__remainder__" : shown(name, row.key[i] ?? null)]),
    ),
    ...(row.rest ? { remainderOf: row.groups } : {}),
    ...(query.include.includes("histogram")
      ? {
          histogram: row.now.histogram.map(([bucket, count]) => ({
            upToMs: bucket < 0 ? 0 : HISTOGRAM_BASE ** bucket / 1_000,
            count,
          })),
        }
      : {}),
    ...(query.compare ? { previous: before ? valuesOf(row.before, query, before) : null } : {}),
  };
};
