import { SUSPENSIONS_MAX } from "@masthead/shared/wire/heartbeat";
import { expect, test } from "vitest";
import { fileKey } from "../capture/policy-bytes.js";
import { CALM_AFTER, SUSPEND_AFTER } from "./budget-controller.js";
import { BudgetKeeper } from "./budget-keeper.js";
import { AWAY_MAX_MS, AWAY_MS, SOON_MS, Suspensions } from "./suspensions.js";
import { type Target, TargetLoad } from "./target-load.js";

/** Seconds of a strain from the start on: one to begin with, two in which detail goes from 100 a second to the least. */
const UNTIL_SUSPENDED = 3 + SUSPEND_AFTER;

const target = (inode: number): Target => {
  const file = { device: 1, inode };
  return { key: fileKey(file), file, path: `/bin/program-${inode}` };
};

/** An agent whose CPU time depends on which targets it captures. */
function kept(costs: Record<number, number>) {
  let nowMs = 0;
  let cpuMs = 0;
  let suspended: readonly Target[] = [];
  const rates: number[] = [];
  const events: number[] = [];
  const said: string[] = [];
  const captured = () =>
    Object.keys(costs)
      .map(Number)
      .filter((inode) => !suspended.some((each) => each.file.inode === inode));
  const keeper = new BudgetKeeper({
    budget: { cpuShare: 0.5, memoryBytes: 1e9, recordsPerSecond: 100 },
    nowMs: () => nowMs,
    nowUs: () => nowMs * 1_000,
    onEvent: () => events.push(nowMs),
    log: { warn: (...words: unknown[]) => said.push(String(words[1])), info: () => undefined } as never,
    usage: () => ({ cpuMs, residentBytes: 1 }),
    source: {
      load: () => ({ ringShare: 0, detailed: 0 }),
      limitDetail: (rate) => rates.push(rate),
      countAnew: () => undefined,
      costliest: (except) =>
        captured()
          .sort((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0))
          .map(target)
          .find((each) => !except(each)),
      suspend: (targets) => {
        suspended = targets;
      },
    },
  });
  const seconds = (count: number) => {
    for (let at = 0; at < count; at += 1) {
      nowMs += 1_000;
      cpuMs += captured().reduce((sum, inode) => sum + (costs[inode] ?? 0), 0);
      keeper.tick();
    }
    return captured();
  };
  return { keeper, seconds, costs, events, rates, said };
}

test("what the start took is of no second", () => {
  const { keeper, seconds, costs, rates } = kept({ 1: 5_000 });
  seconds(1);
  costs[1] = 100;
  seconds(100);
  expect(keeper.events).toEqual([]);
  expect(rates).toEqual([100]);
});

test("the costliest target goes when detail does not help, is an event, and comes back when the budget allows it", () => {
  const { keeper, seconds, costs, events, rates, said } = kept({ 1: 100, 2: 800, 3: 50 });
  expect(rates).toEqual([100]);
  expect(seconds(UNTIL_SUSPENDED)).toEqual([1, 3]);
  const sinceUs = UNTIL_SUSPENDED * 1_000_000;
  expect(keeper.events).toEqual([{ executable: "/bin/program-2", reason: "cpu", sinceUs }]);
  expect(keeper.degraded()).toEqual(["suspended by the budget (cpu): /bin/program-2"]);
  expect(keeper.counters).toMatchObject({ targets_suspended: 1, budget_records_per_second: 1 });
  costs[2] = 100;
  expect(seconds(AWAY_MS / 1_000)).toEqual([1, 2, 3]);
  expect(keeper.events[0]?.untilUs).toBe(sinceUs + AWAY_MS * 1_000);
  expect(keeper.degraded()).toEqual([]);
  expect(events).toHaveLength(2);
  expect(said).toHaveLength(2);
  seconds(200);
  expect(rates.at(-1)).toBe(100);
});

test("a target that is still too much stays away twice as long each time", () => {
  const { keeper, seconds } = kept({ 1: 100, 2: 800 });
  seconds(1_000);
  const lasted = keeper.events.flatMap(({ sinceUs, untilUs }) =>
    untilUs === undefined ? [] : [untilUs - sinceUs],
  );
  expect(lasted.length).toBeGreaterThan(2);
  lasted.forEach((us, at) => {
    const leastMs = AWAY_MS * 2 ** at;
    expect(us / 1_000).toBeGreaterThanOrEqual(leastMs);
    expect(us / 1_000).toBeLessThan(leastMs + CALM_AFTER * 1_000);
  });
});

test("where nothing is left to suspend it says so, and the end of the run is the end of all", () => {
  const { keeper, seconds, costs } = kept({ 1: 600 });
  costs[9] = 0;
  seconds(UNTIL_SUSPENDED);
  costs[9] = 700;
  expect(seconds(SUSPEND_AFTER)).toEqual([]);
  costs[10] = 0;
  expect(keeper.degraded()).toHaveLength(2);
  keeper.stop();
  expect(keeper.events.every(({ untilUs }) => untilUs !== undefined)).toBe(true);
});

test("what lasts is never forgotten, and what ended long ago is; a good return forgets the past", () => {
  const suspensions = new Suspensions();
  suspensions.begin(target(0), "cpu", 0, 1);
  for (let at = 1; at < 200; at += 1) {
    suspensions.begin(target(at), "cpu", at, at);
    suspensions.end(target(at), at, at);
  }
  expect(suspensions.events).toHaveLength(SUSPENSIONS_MAX);
  expect(suspensions.events[0]?.executable).toBe("/bin/program-0");
  const twice = new Suspensions();
  let nowMs = 0;
  for (let round = 0; round < 20; round += 1) {
    twice.begin(target(1), "cpu", nowMs, 0);
    expect(twice.due(nowMs + Math.min(AWAY_MAX_MS, AWAY_MS * 2 ** round) - 1)).toBeUndefined();
    nowMs += Math.min(AWAY_MAX_MS, AWAY_MS * 2 ** round);
    expect(twice.due(nowMs)).toEqual(target(1));
    twice.end(target(1), nowMs, 0);
  }
  nowMs += SOON_MS;
  twice.begin(target(1), "cpu", nowMs, 0);
  expect(twice.due(nowMs + AWAY_MS)).toEqual(target(1));
});

test("records count for the executable of their process, also of one that is gone", () => {
  const load = new TargetLoad((pid) =>
    pid === 1 ? { file: target(1).file, path: target(1).path } : undefined,
  );
  const none = () => false;
  for (let at = 0; at < 3; at += 1) load.count(1);
  load.began(2, target(2).file, target(2).path);
  for (let at = 0; at < 2; at += 1) load.count(2);
  load.ended(2);
  load.began(3, target(2).file, target(2).path);
  for (let at = 0; at < 2; at += 1) load.count(3);
  for (let at = 0; at < 9; at += 1) load.count(99);
  expect(load.costliest(none)).toEqual(target(2));
  expect(load.costliest(({ key }) => key === target(2).key)).toEqual(target(1));
  load.restart();
  expect(load.costliest(none)).toBeUndefined();
  load.count(3);
  expect(load.costliest(none)).toEqual(target(2));
});
