import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Question } from "./question.js";
import type { TrueRow } from "./truth.js";

/** How a request to the product is made: its path, and the body of its answer. @throws where it is not 200 */
export type Ask = <T>(path: string) => Promise<T>;

export interface Answer {
  rows: UsageRow[];
  meta: UsageMeta;
}

const text = (value: string | number | null): string => (value === null ? "null" : String(value));

/** A question as the address of `GET /v1/usage`, where its filter is a list of dimensions that have one of some values. */
export const usagePath = ({ fromUs, toUs, window, groupBy, filter }: Question): string => {
  const query = new URLSearchParams({ from: toRfc3339(fromUs), to: toRfc3339(toUs), window });
  if (groupBy.length > 0) query.set("groupBy", groupBy.join(","));
  for (const one of "and" in filter ? filter.and : []) {
    if (!("in" in one)) throw new Error(`${JSON.stringify(one)} cannot stand in an address`);
    query.set(`filter[${one.dimension}]`, one.in.map(text).join(","));
  }
  return `/v1/usage?${query}`;
};

interface Page {
  items: UsageRow[];
  nextCursor: string | null;
  meta: UsageMeta;
}

/** All pages of an answer. */
export const answerOf = async (ask: Ask, question: Question): Promise<Answer> => {
  const rows: UsageRow[] = [];
  let cursor = "";
  for (;;) {
    const page: Page = await ask(`${usagePath(question)}&limit=1000${cursor}`);
    rows.push(...page.items);
    if (page.nextCursor === null) return { rows, meta: page.meta };
    cursor = `&cursor=${page.nextCursor}`;
  }
};

type Counts = Omit<TrueRow, "windowStart" | "group">;

/** Where counts are not what they should be; percentiles may be off by 1 %. */
export const differencesOf = (found: Counts | undefined, truth: Counts): string[] => {
  if (!found) return ["is missing"];
  const differences: string[] = [];
  for (const name of ["requests", "errors", "requestBytes", "responseBytes"] as const)
    if (found[name] !== truth[name]) differences.push(`${name}: ${found[name]}, not ${truth[name]}`);
  const names = new Set([...Object.keys(found.measures), ...Object.keys(truth.measures)]);
  for (const name of names)
    if (found.measures[name] !== truth.measures[name])
      differences.push(`${name}: ${found.measures[name]}, not ${truth.measures[name]}`);
  for (const name of ["p50", "p90", "p95", "p99"] as const)
    if (!(Math.abs(found.latencyMs[name] - truth.latencyMs[name]) <= truth.latencyMs[name] * 0.01))
      differences.push(`${name}: ${found.latencyMs[name]}, not ${truth.latencyMs[name]}`);
  return differences;
};

/** How an answer differs from the truth, in words; empty: it does not. */
export const faultsOf = (rows: readonly UsageRow[], truth: readonly TrueRow[]): string[] => {
  const keyOf = (row: Pick<TrueRow, "windowStart" | "group">) =>
    `${row.windowStart} ${JSON.stringify(row.group)}`;
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  const faults = rows.length === found.size ? [] : ["a row comes twice"];
  for (const row of truth) {
    const differences = differencesOf(found.get(keyOf(row)) as Counts | undefined, row);
    if (differences.length > 0) faults.push(`${keyOf(row)}: ${differences.join("; ")}`);
    found.delete(keyOf(row));
  }
  for (const key of found.keys()) faults.push(`${key}: was never there`);
  return faults;
};
