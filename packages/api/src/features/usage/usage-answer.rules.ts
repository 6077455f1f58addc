import {
  COUNT_NAMES,
  LATENCY_NAMES,
  type UsageQueryDocument,
} from "@masthead/shared/http/usage-query-schema";
import type { UsageChange, UsageRow } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { estimateConsumers, SKETCH_STANDARD_ERROR } from "@masthead/shared/usage/consumer-sketch";
import { HISTOGRAM_BASE, type Histogram, quantileMs } from "@masthead/shared/usage/histogram";
import type { TimeRange } from "../../platform/http/instant.js";
import type { UsageCounted, UsageCounts } from "./usage.read-model.js";
import { QUANTILES } from "./usage-metric.rules.js";

/** Group values of what is not among the top. */
export const REMAINDER = "__remainder__";

type Asked = Pick<UsageQueryDocument, "groupBy" | "include" | "compare">;
type Values = NonNullable<UsageRow["previous"]>;

export const toUsageRow = (
  row: UsageCounted,
  { groupBy, include, compare }: Asked,
  windows: readonly TimeRange[],
  previousWindows: readonly TimeRange[],
): UsageRow => {
  const now = toValues(row.now, windows[row.window], include);
  const before = previousWindows[row.window];
  const previous = before ? toValues(row.before, before, include) : null;
  return {
    ...now,
    group: Object.fromEntries(
      groupBy.map((name, i) => [name, row.rest ? REMAINDER : groupValue(name, row.key[i] ?? null)]),
    ),
    ...(row.rest ? { remainderOf: row.groups } : {}),
    ...(include.includes("histogram") ? { histogram: toBuckets(row.now.latency ?? []) } : {}),
    ...(compare ? { previous, change: previous && changeOf(now, previous) } : {}),
  };
};

const groupValue = (dimension: string, value: string | null): string | number | null =>
  value !== null && dimension === "http.response.status_code" ? Number(value) : value;

const toValues = (counts: UsageCounts, window: TimeRange | undefined, include: Asked["include"]): Values => {
  if (!window) throw new Error("a row without a window");
  const quantile = (name: keyof typeof QUANTILES) => quantileMs(counts.latency ?? [], QUANTILES[name]);
  return {
    windowStart: toRfc3339(window.fromUs),
    windowEnd: toRfc3339(window.toUs),
    requests: counts.requests,
    errors: counts.errors,
    requestBytes: counts.requestBytes,
    responseBytes: counts.responseBytes,
    measures: counts.measures ?? {},
    ...(include.includes("latencyMs")
      ? {
          latencyMs: {
            p50: quantile("p50"),
            p90: quantile("p90"),
            p95: quantile("p95"),
            p99: quantile("p99"),
          },
        }
      : {}),
    ...(include.includes("uniqueConsumers") ? { uniqueConsumers: consumersOf(counts) } : {}),
  };
};

const consumersOf = ({ consumers }: UsageCounts): number => {
  if (!consumers) return 0;
  return consumers.sketch ? estimateConsumers(consumers.sketch) : consumers.named;
};

const toBuckets = (histogram: Histogram): NonNullable<UsageRow["histogram"]> =>
  histogram.map(([bucket, count]) => ({
    upToMs: bucket < 0 ? 0 : HISTOGRAM_BASE ** bucket / 1_000,
    count,
  }));

const change = (now: number | null | undefined, before: number | null | undefined): UsageChange => {
  if (typeof now !== "number" || typeof before !== "number") return { absolute: null, ratio: null };
  return { absolute: now - before, ratio: before === 0 ? null : (now - before) / before };
};

const changeOf = (now: Values, before: Values): NonNullable<UsageRow["change"]> => {
  const [requests, errors, requestBytes, responseBytes] = COUNT_NAMES.map((name) =>
    change(now[name], before[name]),
  ) as [UsageChange, UsageChange, UsageChange, UsageChange];
  const measures = [...new Set([...Object.keys(now.measures), ...Object.keys(before.measures)])].sort();
  const [p50, p90, p95, p99] = LATENCY_NAMES.map((name) =>
    change(now.latencyMs?.[name], before.latencyMs?.[name]),
  ) as [UsageChange, UsageChange, UsageChange, UsageChange];
  return {
    requests,
    errors,
    requestBytes,
    responseBytes,
    measures: Object.fromEntries(
      measures.map((name) => [name, change(now.measures[name] ?? 0, before.measures[name] ?? 0)]),
    ),
    ...(now.latencyMs ? { latencyMs: { p50, p90, p95, p99 } } : {}),
    ...(now.uniqueConsumers === undefined
      ? {}
      : { uniqueConsumers: change(now.uniqueConsumers, before.uniqueConsumers) }),
  };
};

/** Of the unique consumers of all these rows: 0 where each is exact. */
export const consumersError = (rows: readonly UsageCounted[]): number =>
  rows.some(({ now, before }) => now.consumers?.sketch || before.consumers?.sketch)
    ? SKETCH_STANDARD_ERROR
    : 0;
