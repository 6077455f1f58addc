import type { UsageMeta, UsagePage, UsageRow } from "@masthead/shared/http/usage-schema";
import { documentOf, type Question } from "./question.js";
import type { TrueCounts } from "./truth.js";

/** A request to the product. @returns the body of its answer; @throws where it is not 200 */
export type Ask = (method: "GET" | "POST", path: string, body?: unknown, accept?: string) => Promise<string>;

export interface Answer {
  rows: UsageRow[];
  meta: UsageMeta;
}

const PATH = "/v1/usage/query";

/** All pages of an answer. */
export const answerOf = async (ask: Ask, question: Question): Promise<Answer> => {
  const rows: UsageRow[] = [];
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = JSON.parse(await ask("POST", PATH, { ...documentOf(question), ...cursor })) as UsagePage;
    rows.push(...page.items);
    if (page.nextCursor === null) return { rows, meta: page.meta };
    cursor = { cursor: page.nextCursor };
  }
};

/** The first page as CSV. */
export const csvOf = (ask: Ask, question: Question): Promise<string> =>
  ask("POST", PATH, documentOf(question), "text/csv");

export type FoundCounts = Pick<
  UsageRow,
  "requests" | "errors" | "requestBytes" | "responseBytes" | "measures" | "latencyMs" | "uniqueConsumers"
>;

/** Standard deviations that an estimate may be off. */
const DEVIATIONS = 4;

/** Where counts are not what they should be: percentiles may be off by 1 %, unique consumers by what is stated. */
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
      if (
        !(
          Math.abs((found.latencyMs[name] ?? Number.NaN) - truth.latencyMs[name]) <=
          truth.latencyMs[name] * 0.01
        )
      )
        tell(name, found.latencyMs[name], truth.latencyMs[name]);
  if (found.uniqueConsumers !== undefined) {
    const off = Math.abs(found.uniqueConsumers - truth.uniqueConsumers);
    if (off > Math.ceil(DEVIATIONS * (standardError ?? 0) * truth.uniqueConsumers))
      tell("uniqueConsumers", found.uniqueConsumers, truth.uniqueConsumers);
  }
  return differences;
};
