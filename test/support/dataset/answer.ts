import type { UsageMeta, UsagePage, UsageRow } from "@masthead/shared/http/usage-schema";
import { bucketsOf, histogramDifference } from "./histogram.js";
import { linkOf } from "./link.js";
import { documentOf, type Question } from "./question.js";
import type { TrueCounts } from "./truth.js";

/** A request to the product. @returns the body of its answer; @throws where it is not 200 */
export type Ask = (method: "GET" | "POST", path: string, body?: unknown, accept?: string) => Promise<string>;

export interface Answer {
  rows: UsageRow[];
  meta: UsageMeta;
}

const put = (ask: Ask, question: Question, cursor: { cursor?: string }, accept?: string): Promise<string> =>
  question.asLink
    ? ask("GET", linkOf({ ...documentOf(question), ...cursor }), undefined, accept)
    : ask("POST", "/v1/usage/query", { ...documentOf(question), ...cursor }, accept);

/** All pages of an answer. */
export const answerOf = async (ask: Ask, question: Question): Promise<Answer> => {
  const rows: UsageRow[] = [];
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = JSON.parse(await put(ask, question, cursor)) as UsagePage;
    rows.push(...page.items);
    if (page.nextCursor === null) return { rows, meta: page.meta };
    cursor = { cursor: page.nextCursor };
  }
};

/** The first page as CSV. */
export const csvOf = (ask: Ask, question: Question): Promise<string> => put(ask, question, {}, "text/csv");

export type FoundCounts = Pick<
  UsageRow,
  "requests" | "errors" | "requestBytes" | "responseBytes" | "measures" | "latencyMs" | "uniqueConsumers"
> &
  Partial<Pick<UsageRow, "histogram">>;

/** Standard deviations that an estimate may be off. */
const DEVIATIONS = 4;

/** What is counted where nothing is. */
export const NO_COUNTS: TrueCounts = {
  ...{ requests: 0, errors: 0, requestBytes: 0, responseBytes: 0, measures: {}, uniqueConsumers: 0 },
  latencyMs: { p50: null, p90: null, p95: null, p99: null },
};

/**
 * Where counts are not what they should be: percentiles may be off by 1 %, unique consumers by what is stated. Each exchange has to be in
 * its own bucket of a histogram.
 */
export const differencesOf = (
  found: FoundCounts | undefined,
  truth: TrueCounts,
  standardError: number | null | undefined,
): string[] => {
  if (!found) return ["is missing"];
  const differences: string[] = [];
  const tell = (name: string, is: unknown, should: unknown) =>
    differences.push(`${name}: ${is}, not ${should}`);
  for (const name of ["requests", "errors", "requestBytes", "responseBytes"] as const)
    if (found[name] !== truth[name]) tell(name, found[name], truth[name]);
  for (const name of new Set([...Object.keys(found.measures), ...Object.keys(truth.measures)]))
    if ((found.measures[name] ?? 0) !== (truth.measures[name] ?? 0))
      tell(name, found.measures[name], truth.measures[name]);
  if (found.latencyMs)
    for (const name of ["p50", "p90", "p95", "p99"] as const)
      if (!isNear(found.latencyMs[name], truth.latencyMs[name]))
        tell(name, found.latencyMs[name], truth.latencyMs[name]);
  if (truth.histogram) {
    const difference = histogramDifference(bucketsOf(found.histogram), truth.histogram);
    if (difference) differences.push(difference);
  }
  if (found.uniqueConsumers !== undefined) {
    const off = Math.abs(found.uniqueConsumers - truth.uniqueConsumers);
    if (off > Math.ceil(DEVIATIONS * (standardError ?? 0) * truth.uniqueConsumers))
      tell("uniqueConsumers", found.uniqueConsumers, truth.uniqueConsumers);
  }
  return differences;
};

const isNear = (found: number | null, truth: number | null): boolean =>
  truth === null ? found === null : Math.abs((found ?? Number.NaN) - truth) <= truth * 0.01;
