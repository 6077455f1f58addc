import type { HeldHeader, ReportTrendRow, TenantReport } from "@masthead/shared/http/report-schema";
import { type Histogram, quantileMs } from "@masthead/shared/usage/histogram";
import type { Section, SectionRow } from "./breakdowns.read-model.js";
import type { CountedHour } from "./peak-hours.read-model.js";
import { type HourOfPeriod, type Period, rangeOf } from "./period.rules.js";
import { type FleetMeta, metaWithin } from "./report-meta.rules.js";
import type { Counts, Measures, TrendPart } from "./trend.read-model.js";

type UniqueConsumers = TenantReport["uniqueConsumers"];

/** What was read of one period. */
export interface CountedPeriod {
  readonly period: Period;
  readonly parts: readonly TrendPart[];
  readonly uniqueConsumers: UniqueConsumers;
}

export interface ReportParts {
  readonly tenant: TenantReport["tenant"];
  readonly current: CountedPeriod;
  /** null: it is no longer held */
  readonly previous: CountedPeriod | null;
  readonly sections: readonly SectionRow[];
  /** null: hours of the period are no longer held */
  readonly hours: { readonly of: readonly HourOfPeriod[]; readonly counted: readonly CountedHour[] } | null;
  readonly headers: HeldHeader[];
  readonly meta: FleetMeta;
}

/** The document of a report. Its parts decide all of it. */
export const toReport = (parts: ReportParts): TenantReport => {
  const { period } = parts.current;
  const current = countedOf(parts.current);
  const previous = parts.previous && {
    period: parts.previous.period.text,
    range: rangeOf(parts.previous.period),
    ...countedOf(parts.previous),
  };
  return {
    tenant: parts.tenant,
    period: period.text,
    timeZone: period.timeZone,
    range: rangeOf(period),
    ...current,
    previous,
    change: previous && {
      ...changes(current.totals, previous.totals),
      uniqueConsumers: change(current.uniqueConsumers.count, previous.uniqueConsumers.count),
      measures: changes(current.measures, { ...zeros(current.measures), ...previous.measures }),
    },
    breakdowns: breakdownsOf(parts.sections),
    errors: {
      rate: rate(current.totals),
      previousRate: previous && rate(previous.totals),
      endpoints: sectionOf(parts.sections, "failed")
        .sort((a, b) => b.errors - a.errors || byEndpoint(a, b))
        .map(({ method, key, requests, errors }) => ({ method, template: key, requests, errors })),
    },
    peakHours: parts.hours && peakHours(parts.hours.of, parts.hours.counted),
    headers: parts.headers,
    meta: metaWithin(parts.meta, rangeOf(period)),
  };
};

const NOTHING: Counts & { measures: Measures; latency: Histogram } = {
  requests: 0,
  errors: 0,
  requestBytes: 0,
  responseBytes: 0,
  measures: {},
  latency: [],
};

const countsOf = ({ requests, errors, requestBytes, responseBytes }: Counts): Counts => ({
  requests,
  errors,
  requestBytes,
  responseBytes,
});

/** Six places: what is beyond is noise, and need not be the same in every runtime. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

const latencyOf = (latency: Histogram) => {
  const at = (q: number) => {
    const ms = quantileMs(latency, q);
    return ms === null ? null : rounded(ms);
  };
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
};

const countedOf = ({ period, parts, uniqueConsumers }: CountedPeriod) => {
  const whole = parts.find(({ part }) => part === null) ?? NOTHING;
  const byPart = new Map(parts.map((part) => [part.part, part]));
  return {
    totals: countsOf(whole),
    measures: { ...whole.measures },
    latencyMs: latencyOf(whole.latency),
    uniqueConsumers,
    trend: period.starts.map((from, i): ReportTrendRow => {
      const part = byPart.get(i) ?? NOTHING;
      return {
        ...rangeOf({ from, to: period.starts[i + 1] ?? period.to }),
        ...countsOf(part),
        measures: { ...part.measures },
        latencyMs: latencyOf(part.latency),
      };
    }),
  };
};

const change = (value: number, before: number): number | null =>
  before === 0 ? null : rounded((value - before) / before);

const changes = <T extends object>(values: T, before: T): { [K in keyof T]: number | null } =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, change(value, before[name as keyof T] as number)]),
  ) as { [K in keyof T]: number | null };

const zeros = (measures: Measures): Measures =>
  Object.fromEntries(Object.keys(measures).map((name) => [name, 0]));

const rate = ({ requests, errors }: Counts): number | null =>
  requests === 0 ? null : rounded(errors / requests);

type Order = (a: SectionRow, b: SectionRow) => number;
const byText = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
const byKey: Order = (a, b) => byText(a.key, b.key);
const byEndpoint: Order = (a, b) => byKey(a, b) || byText(a.method, b.method);
const largestFirst: Order = (a, b) => b.requests - a.requests || byEndpoint(a, b);

const sectionOf = (rows: readonly SectionRow[], section: Section, name = ""): SectionRow[] =>
  rows.filter((row) => row.section === section && row.name === name);

const countedRow = (row: SectionRow) => ({ ...countsOf(row), measures: row.measures });

const breakdownsOf = (rows: readonly SectionRow[]): TenantReport["breakdowns"] => {
  const by = (section: Section, order: Order = largestFirst, name = "") =>
    sectionOf(rows, section, name)
      .sort(order)
      .map((row) => ({ key: row.key, ...countedRow(row) }));
  const names = [
    ...new Set(rows.filter(({ section }) => section === "dimension").map(({ name }) => name)),
  ].sort();
  return {
    service: by("service"),
    endpoint: sectionOf(rows, "endpoint")
      .sort(largestFirst)
      .map((row) => ({
        method: row.method,
        template: row.key,
        ...countedRow(row),
        latencyMs: latencyOf(row.latency ?? []),
      })),
    template: by("template"),
    method: by("method"),
    consumer: by("consumer"),
    status: by("status", byKey),
    statusClass: by("statusClass", byKey),
    dimensions: Object.fromEntries(names.map((name) => [name, by("dimension", largestFirst, name)])),
  };
};

const peakHours = (
  of: readonly HourOfPeriod[],
  counted: readonly CountedHour[],
): TenantReport["peakHours"] => {
  const cells = new Map<number, { weekday: number; hour: number; requests: number; errors: number }>();
  for (const { hour: index, requests, errors } of counted) {
    const { weekday, hour } = of[index] as HourOfPeriod;
    const at = weekday * 24 + hour;
    const cell = cells.get(at) ?? { weekday, hour, requests: 0, errors: 0 };
    cells.set(at, { weekday, hour, requests: cell.requests + requests, errors: cell.errors + errors });
  }
  return [...cells.entries()].sort(([a], [b]) => a - b).map(([, cell]) => cell);
};
