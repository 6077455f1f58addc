import {
  type CountName,
  LATENCY_NAMES,
  type LatencyName,
  type UsageMetric,
  type UsageQueryDocument,
} from "@masthead/shared/http/usage-query-schema";

/** What rows are ranked and ordered by, taken apart. */
export type Metric =
  | { kind: "count"; name: CountName }
  | { kind: "measure"; name: string }
  | { kind: "latency"; name: LatencyName };

export const QUANTILES: Readonly<Record<LatencyName, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

export const metricOf = (name: UsageMetric): Metric => {
  if (name.startsWith("measures.")) return { kind: "measure", name: name.slice("measures.".length) };
  const latency = LATENCY_NAMES.find((one) => name === `latencyMs.${one}`);
  return latency ? { kind: "latency", name: latency } : { kind: "count", name: name as CountName };
};

export type Direction = "asc" | "desc";
export type OrderTerm = { by: "window" | "rest" | "group" | Metric; direction: Direction };

/**
 * The whole order of rows: what is asked for, and behind it window and group, so that no two rows are equal. The remainder of `top` stands behind
 * the other rows of its window, or behind all of them where windows do not come first.
 */
export const orderOf = ({ orderBy, top }: Pick<UsageQueryDocument, "orderBy" | "top">): OrderTerm[] => {
  const asked: OrderTerm[] = (orderBy ?? (top ? [{ by: "window" }, { by: top.by }] : [])).map(
    ({ by, direction }) =>
      by === "window" || by === "group"
        ? { by, direction: direction ?? "asc" }
        : { by: metricOf(by as UsageMetric), direction: direction ?? "desc" },
  );
  const has = (by: "window" | "group") => asked.some((term) => term.by === by);
  const all: OrderTerm[] = [...asked];
  if (!has("window")) all.push({ by: "window", direction: "asc" });
  if (!has("group")) all.push({ by: "group", direction: "asc" });
  if (top) all.splice(all[0]?.by === "window" ? 1 : 0, 0, { by: "rest", direction: "asc" });
  return all;
};
