import type { UsageRow } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Sql } from "postgres";
import { type Answer, differencesOf } from "./answer.js";
import type { Question, Value } from "./question.js";
import { readTruth, type TrueRow, windowStarts } from "./truth.js";

type Keyed = { windowStart: string; group: Record<string, Value> };
const keyOf = ({ windowStart, group }: Keyed): string => `${windowStart} ${JSON.stringify(group)}`;

interface Truth {
  row: TrueRow;
  key: string;
}

/** Puts a question to the raw exchanges, too. @returns how the answer differs, in words; empty: it does not */
export const faultsOf = async (sql: Sql, question: Question, { rows, meta }: Answer): Promise<string[]> => {
  const { fromUs, toUs } = question;
  const range = { from: toRfc3339(fromUs), to: toRfc3339(toUs) };
  const faults =
    JSON.stringify(meta.range) === JSON.stringify(range) ? [] : [`covers ${JSON.stringify(meta.range)}`];
  const standardError = meta.uniqueConsumersStandardError;
  const starts = windowStarts(question, fromUs, toUs).map(toRfc3339);
  const all = (await readTruth(sql, question, { fromUs, toUs })).map(
    (row): Truth => ({ row, key: keyOf({ windowStart: starts[row.window] ?? "", group: row.group }) }),
  );
  const named = rows.filter((row) => row.remainderOf === undefined);
  const groups = new Map(named.map(({ group }) => [JSON.stringify(group), group]));
  const compare = (found: readonly UsageRow[], truth: readonly Truth[]) => {
    const left = new Map(found.map((row) => [keyOf(row), row]));
    if (left.size < found.length) faults.push("a row comes twice");
    for (const { row, key } of truth) {
      const differences = differencesOf(left.get(key), row, standardError);
      if (differences.length > 0) faults.push(`${key}: ${differences.join("; ")}`);
      left.delete(key);
    }
    // Beside the period before, a group may be there that has no usage any more.
    for (const [key, row] of left)
      if (row.requests > 0 || !row.previous) faults.push(`${key}: was never there`);
  };
  if (question.top === undefined) compare(rows, all);
  else {
    compare(
      named,
      all.filter(({ row }) => groups.has(JSON.stringify(row.group))),
    );
    faults.push(...rankFaults(question.top, all, groups));
    const without = [...groups.values()];
    const rest = await readTruth(sql, question, { fromUs, toUs, without });
    const remainder = rows.filter((row) => row.remainderOf !== undefined);
    compare(
      remainder.map((row) => ({ ...row, group: {} })),
      rest.map((row) => ({ row, key: keyOf({ windowStart: starts[row.window] ?? "", group: {} }) })),
    );
  }
  if (question.ranked) faults.push(...orderFaults(rows));
  if (question.compare) faults.push(...(await previousFaults(sql, question, { rows: named, meta })));
  return faults;
};

/** The groups that stand on their own are as large as the largest. */
const rankFaults = (top: number, all: readonly Truth[], groups: ReadonlyMap<string, unknown>): string[] => {
  const sums = new Map<string, number>();
  for (const { row } of all) {
    const group = JSON.stringify(row.group);
    sums.set(group, (sums.get(group) ?? 0) + row.requests);
  }
  const largest = [...sums.values()].sort((a, b) => b - a).slice(0, top);
  const shown = [...groups.keys()].map((group) => sums.get(group) ?? 0).filter((sum) => sum > 0);
  shown.sort((a, b) => b - a);
  return JSON.stringify(shown) === JSON.stringify(largest)
    ? []
    : [`the largest are ${largest}, and not ${shown}`];
};

const orderFaults = (rows: readonly UsageRow[]): string[] =>
  rows.every((row, i) => i === 0 || row.requests <= (rows[i - 1]?.requests ?? 0))
    ? []
    : ["rows are not in order"];

/** What the answer says of the period before, and of the change since. */
const previousFaults = async (sql: Sql, question: Question, { rows, meta }: Answer): Promise<string[]> => {
  if (!meta.comparedWith) return rows.length > 0 ? ["says nothing of the period before"] : [];
  const [fromUs, toUs] = [meta.comparedWith.from, meta.comparedWith.to].map(microsOf) as [number, number];
  const starts = windowStarts(question, fromUs, toUs).map(toRfc3339);
  const truth = new Map(
    (await readTruth(sql, question, { fromUs, toUs })).map((row) => [
      keyOf({ windowStart: starts[row.window] ?? "", group: row.group }),
      row,
    ]),
  );
  return rows.flatMap((row) => {
    if (!row.previous) return [];
    const key = keyOf({ windowStart: row.previous.windowStart, group: row.group });
    const before = truth.get(key);
    const differences = before
      ? differencesOf(row.previous, before, meta.uniqueConsumersStandardError)
      : row.previous.requests > 0
        ? ["was never there"]
        : [];
    const absolute = row.change?.requests.absolute;
    if (absolute !== row.requests - (before?.requests ?? 0)) differences.push(`changed by ${absolute}`);
    return differences.map((difference) => `before, ${key}: ${difference}`);
  });
};

const microsOf = (text: string): number => Date.parse(text) * 1_000;
