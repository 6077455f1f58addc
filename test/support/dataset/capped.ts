import type { UsageRow } from "@masthead/shared/http/usage-schema";
import type { Sql } from "postgres";
import { differencesOf, type FoundCounts } from "./answer.js";
import type { Question } from "./question.js";
import { readTruth } from "./truth.js";

/** In a group where series were beyond a bound. */
const OTHER = "__other__";

const sumOf = (rows: readonly UsageRow[]): FoundCounts => {
  const sum = { requests: 0, errors: 0, requestBytes: 0, responseBytes: 0 };
  const measures: Record<string, number> = {};
  const buckets = new Map<number, number>();
  for (const row of rows) {
    for (const name of ["requests", "errors", "requestBytes", "responseBytes"] as const)
      sum[name] += row[name];
    for (const [name, value] of Object.entries(row.measures)) measures[name] = (measures[name] ?? 0) + value;
    for (const { upToMs, count } of row.histogram ?? [])
      buckets.set(upToMs, (buckets.get(upToMs) ?? 0) + count);
  }
  const histogram = [...buckets].sort(([a], [b]) => a - b).map(([upToMs, count]) => ({ upToMs, count }));
  return { ...sum, measures, histogram };
};

/**
 * How rows of an answer, added up over a dimension that series lose beyond a bound, differ from plain SQL that knows nothing of it, in words.
 *
 * @param question of one window, with histograms @param over of its `groupBy`
 */
export const addedFaults = async (
  sql: Sql,
  question: Question,
  rows: readonly UsageRow[],
  over: string,
): Promise<string[]> => {
  const groupBy = question.groupBy.filter((name) => name !== over);
  const keyOf = (group: UsageRow["group"]) => JSON.stringify(groupBy.map((name) => group[name]));
  const added = new Map<string, UsageRow[]>();
  for (const row of rows) added.set(keyOf(row.group), [...(added.get(keyOf(row.group)) ?? []), row]);
  const faults: string[] = [];
  for (const row of await readTruth(sql, { ...question, groupBy }, question)) {
    const key = keyOf(row.group);
    const differences = differencesOf(sumOf(added.get(key) ?? []), row, undefined);
    if (differences.length > 0) faults.push(`${key}: ${differences.join("; ")}`);
    added.delete(key);
  }
  return [...faults, ...[...added.keys()].map((key) => `${key}: was never there`)];
};

/** Groups that say more than there was of them, in words: a bound may only take from a group that is named. */
export const namedFaults = async (
  sql: Sql,
  question: Question,
  rows: readonly UsageRow[],
): Promise<string[]> => {
  const truth = new Map(
    (await readTruth(sql, question, question)).map((row) => [JSON.stringify(row.group), row]),
  );
  return rows.flatMap(({ group, ...row }) => {
    if (Object.values(group).includes(OTHER)) return [];
    const should = truth.get(JSON.stringify(group));
    const more = (["requests", "errors", "requestBytes", "responseBytes"] as const).filter(
      (name) => row[name] > (should?.[name] ?? 0),
    );
    return more.map((name) => `${JSON.stringify(group)}: ${name} ${row[name]} of ${should?.[name]}`);
  });
};
