import type { UsageRow } from "@masthead/shared/http/usage-schema";
import type { FoundCounts } from "./answer.js";
import type { Question, Value } from "./question.js";

type Compare = (a: UsageRow, b: UsageRow) => number;

/** By bytes of UTF-8; unknown is last. */
const byText = (a: Value, b: Value): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
};

/** Of a row of an answer, or of plain SQL's. @param by a count, `latencyMs.p95` or `measures.<header>` */
export const metricOf = (
  {
    requests,
    errors,
    requestBytes,
    responseBytes,
    ...row
  }: Omit<FoundCounts, "uniqueConsumers" | "histogram">,
  by: string,
): number => {
  if (by.startsWith("measures.")) return row.measures[by.slice("measures.".length)] ?? 0;
  const ofLatency = by.startsWith("latencyMs.") ? by.slice("latencyMs.".length) : undefined;
  // What has no percentile is less than what took no time.
  if (ofLatency !== undefined) return row.latencyMs?.[ofLatency as "p50"] ?? -1;
  return { requests, errors, requestBytes, responseBytes }[by] ?? Number.NaN;
};

const compareBy = (by: string, groupBy: readonly string[]): Compare => {
  if (by === "window") return (a, b) => byText(a.windowStart, b.windowStart);
  if (by === "group")
    return (a, b) =>
      groupBy
        .map((name) => byText(a.group[name] ?? null, b.group[name] ?? null))
        .find((order) => order !== 0) ?? 0;
  return (a, b) => metricOf(a, by) - metricOf(b, by);
};

const isRest = ({ remainderOf }: UsageRow): number => Number(remainderOf !== undefined);

/** Rows that do not stand behind the row before them, in words. What rows are ordered by is taken as they say it. */
export const orderFaults = (
  { orderBy, top, topBy, groupBy }: Question,
  rows: readonly UsageRow[],
): string[] => {
  const asked = orderBy ?? (top ? [{ by: "window" }, { by: topBy ?? "requests" }] : []);
  const named = (by: string, direction?: "asc" | "desc"): Compare => {
    const compare = compareBy(by, groupBy);
    const usual = by === "window" || by === "group" ? "asc" : "desc";
    return (direction ?? usual) === "asc" ? compare : (a, b) => compare(b, a);
  };
  const terms = asked.map(({ by, direction }: { by: string; direction?: "asc" | "desc" | undefined }) =>
    named(by, direction),
  );
  terms.push(named("window"), named("group"));
  // The remainder is behind the other rows of its window, where rows go by window first; else behind all.
  const isByWindow = asked.length === 0 || asked[0]?.by === "window";
  terms.splice(isByWindow ? 1 : 0, 0, (a, b) => isRest(a) - isRest(b));
  const order: Compare = (a, b) => terms.map((term) => term(a, b)).find((one) => one !== 0) ?? 0;
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    return before && order(before, row) >= 0
      ? [`row ${i}, ${row.windowStart} ${JSON.stringify(row.group)}, is not behind the one before`]
      : [];
  });
};
