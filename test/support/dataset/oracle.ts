import type { UsageMeta, UsageRow } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Sql } from "postgres";
import { type Answer, differencesOf, NO_COUNTS } from "./answer.js";
import { metricOf, orderFaults } from "./order.js";
import type { Question, Value } from "./question.js";
import { readTruth, type TrueRow, type Without, windowStarts } from "./truth.js";

type Group = Record<string, Value>;
type Keyed = { windowStart: string; group: Group };
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
  if (rows.some((row) => !isAsAsked(question, row))) faults.push("a row has not what was asked for");
  const starts = windowStarts(question, fromUs, toUs).map(toRfc3339);
  const placed = (row: TrueRow): Truth => ({
    row,
    key: keyOf({ windowStart: starts[row.window] ?? "", group: row.group }),
  });
  const all = (await readTruth(sql, question, { fromUs, toUs })).map(placed);
  const before = question.compare ? await readBefore(sql, question, meta) : [];
  const there = new Map([...all, ...before].map(({ row: { group } }) => [JSON.stringify(group), group]));
  if (question.groupBy.length === 0) there.set("{}", {});
  const compare = (found: readonly UsageRow[], truth: readonly Truth[], groups: Iterable<Group>) => {
    const filled = question.fill
      ? [...groups].flatMap((group) => starts.map((windowStart) => keyOf({ windowStart, group })))
      : [];
    faults.push(...rowFaults(question, meta, found, truth, new Set(filled)));
  };
  const named = rows.filter((row) => row.remainderOf === undefined);
  if (question.top === undefined) compare(rows, all, there.values());
  else {
    const places = new Map(starts.map((start, window) => [start, window]));
    const shown: Shown = question.topPerWindow
      ? new Map(named.map((row) => [keyOf(row), { group: row.group, window: places.get(row.windowStart) }]))
      : new Map(named.map(({ group }) => [JSON.stringify(group), { group }]));
    const nameOf = ({ row, key }: Truth) => (question.topPerWindow ? key : JSON.stringify(row.group));
    const without = [...shown.values()];
    compare(
      named,
      all.filter((one) => shown.has(nameOf(one))),
      without.map(({ group }) => group),
    );
    for (const ranked of question.topPerWindow ? byWindow(all) : [all])
      faults.push(...rankFaults(question, ranked, nameOf, shown));
    const rest = await readTruth(sql, question, { fromUs, toUs, without });
    const remainder = rows.filter((row) => row.remainderOf !== undefined);
    compare(
      remainder.map((row) => ({ ...row, group: {} })),
      rest.map(placed),
      [...there.keys()].some((group) => !shown.has(group)) ? [{}] : [],
    );
    // Beside the period before, groups that have no usage any more are among the others.
    const others = all.filter((one) => !shown.has(nameOf(one)));
    for (const { windowStart, remainderOf } of question.compare ? [] : remainder) {
      const should = others.filter(({ row }) => starts[row.window] === windowStart).length;
      if (remainderOf !== should) faults.push(`${windowStart}: the rest of ${remainderOf}, not of ${should}`);
    }
  }
  faults.push(...orderFaults(question, rows));
  if (question.compare) faults.push(...previousFaults(question, { rows: named, meta }, before));
  return faults;
};

const isAsAsked = ({ histogram }: Question, row: UsageRow): boolean =>
  row.latencyMs !== undefined &&
  row.uniqueConsumers !== undefined &&
  (row.histogram !== undefined) === histogram;

/** @param filled keys of the rows that are there even without usage */
const rowFaults = (
  { histogram }: Question,
  meta: UsageMeta,
  found: readonly UsageRow[],
  truth: readonly Truth[],
  filled: ReadonlySet<string>,
): string[] => {
  const left = new Map(found.map((row) => [keyOf(row), row]));
  const faults = left.size < found.length ? ["a row comes twice"] : [];
  const compare = (key: string, row: Parameters<typeof differencesOf>[1]) => {
    const differences = differencesOf(left.get(key), row, meta.uniqueConsumersStandardError);
    if (differences.length > 0) faults.push(`${key}: ${differences.join("; ")}`);
    left.delete(key);
  };
  const none = { ...NO_COUNTS, ...(histogram ? { histogram: [] } : {}) };
  for (const { row, key } of truth) compare(key, row);
  const counted = new Set(truth.map(({ key }) => key));
  for (const key of filled) if (!counted.has(key)) compare(key, none);
  // Beside the period before, a group may be there that has no usage any more.
  for (const [key, row] of left)
    if ((row.previous?.requests ?? 0) > 0) compare(key, none);
    else faults.push(`${key}: was never there`);
  return faults;
};

/** Groups that stand on their own, by name: of the range, or of one window each. */
type Shown = Map<string, Without>;

const byWindow = (all: readonly Truth[]): Truth[][] => {
  const windows = new Map<number, Truth[]>();
  for (const one of all) {
    const some = windows.get(one.row.window);
    if (some) some.push(one);
    else windows.set(one.row.window, [one]);
  }
  return [...windows.values()];
};

/** The groups that stand on their own are as large as the largest. */
const rankFaults = (
  { top = 0, topBy = "requests" }: Question,
  all: readonly Truth[],
  nameOf: (truth: Truth) => string,
  shown: Shown,
): string[] => {
  const sums = new Map<string, number>();
  for (const one of all) {
    const name = nameOf(one);
    sums.set(name, (sums.get(name) ?? 0) + metricOf(one.row, topBy));
  }
  const largestFirst = (some: Iterable<number>) => [...some].filter((sum) => sum > 0).sort((a, b) => b - a);
  const largest = largestFirst(sums.values()).slice(0, top);
  const found = largestFirst([...sums].flatMap(([name, sum]) => (shown.has(name) ? [sum] : [])));
  return JSON.stringify(found) === JSON.stringify(largest)
    ? []
    : [`the largest are ${largest}, and not ${found}`];
};

/** The truth of the period before, its windows named by their start. */
const readBefore = async (sql: Sql, question: Question, { comparedWith }: UsageMeta): Promise<Truth[]> => {
  if (!comparedWith) return [];
  const [fromUs, toUs] = [comparedWith.from, comparedWith.to].map(microsOf) as [number, number];
  const starts = windowStarts(question, fromUs, toUs).map(toRfc3339);
  const rows = await readTruth(sql, { ...question, histogram: false }, { fromUs, toUs });
  return rows.map((row) => ({
    row,
    key: keyOf({ windowStart: starts[row.window] ?? "", group: row.group }),
  }));
};

/** What the answer says of the period before, and of the change since. */
const previousFaults = ({ top }: Question, { rows, meta }: Answer, truth: readonly Truth[]): string[] => {
  if (!meta.comparedWith) return rows.length > 0 ? ["says nothing of the period before"] : [];
  const before = new Map(truth.map(({ row, key }) => [key, row]));
  const told = new Set<string>();
  const faults = rows.flatMap((row) => {
    if (!row.previous) return [];
    const key = keyOf({ windowStart: row.previous.windowStart, group: row.group });
    told.add(key);
    const counts = before.get(key);
    const differences = differencesOf(row.previous, counts ?? NO_COUNTS, meta.uniqueConsumersStandardError);
    const absolute = row.change?.requests.absolute;
    if (absolute !== row.requests - (counts?.requests ?? 0)) differences.push(`changed by ${absolute}`);
    return differences.map((difference) => `before, ${key}: ${difference}`);
  });
  const untold = top === undefined ? [...before.keys()].filter((key) => !told.has(key)) : [];
  return [...faults, ...untold.map((key) => `before, ${key}: is missing`)];
};

const microsOf = (text: string): number => Date.parse(text) * 1_000;
