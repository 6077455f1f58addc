import { expect, test } from "vitest";
import {
  BudgetController,
  type BudgetReading,
  CALM_AFTER,
  LOWEST_PER_SECOND,
  SUSPEND_AFTER,
} from "./budget-controller.js";

const MIB = 1024 * 1024;
const START: BudgetReading = { nowMs: 0, cpuMs: 0, residentBytes: 0, ringShare: 0, detailed: 0 };

/** A controller and a second at a time: how much was taken of each bound in it. */
function controlled(recordsPerSecond = 1_000) {
  const budget = { cpuShare: 0.5, memoryBytes: 100 * MIB, recordsPerSecond };
  const controller = new BudgetController(budget, START);
  let last = START;
  const second = (
    { cpu = 0, memory = 0, ring = 0, detailed = 0 }: Record<string, number> = {},
    suspended = false,
  ) => {
    last = {
      nowMs: last.nowMs + 1_000,
      cpuMs: last.cpuMs + cpu * 500,
      residentBytes: memory * 100 * MIB,
      ringShare: ring,
      detailed: last.detailed + detailed,
    };
    return controller.step(last, suspended);
  };
  return {
    second,
    rateAfter: (count: number, taken: Record<string, number>) => repeat(count, () => second(taken)),
  };
}

function repeat<Result>(count: number, work: () => Result): Result {
  for (let at = 1; at < count; at += 1) work();
  return work();
}

test("within its budget nothing is left out, however long", () => {
  const { rateAfter } = controlled();
  expect(rateAfter(100, { cpu: 0.8, memory: 0.8, ring: 0.3, detailed: 900 })).toMatchObject({
    recordsPerSecond: 1_000,
    over: [],
  });
});

test.each([
  ["cpu", { cpu: 1.1 }],
  ["memory", { memory: 1.1 }],
  ["ring", { ring: 0.6 }],
])("above its budget of %s detail is halved, from what there was of it", (bound, taken) => {
  const { second } = controlled();
  expect(second({ ...taken, detailed: 600 })).toEqual({ recordsPerSecond: 300, over: [bound] });
  expect(second({ ...taken, detailed: 300 }).recordsPerSecond).toBe(150);
});

test("near its budget nothing changes; well below it detail comes back, a step each five seconds, up to the budget", () => {
  const { second, rateAfter } = controlled();
  second({ cpu: 2, detailed: 800 });
  expect(rateAfter(50, { cpu: 0.95 }).recordsPerSecond).toBe(400);
  expect(rateAfter(CALM_AFTER - 1, { cpu: 0.5 }).recordsPerSecond).toBe(400);
  expect(second({ cpu: 0.5 }).recordsPerSecond).toBe(600);
  expect(rateAfter(CALM_AFTER, { cpu: 0.5 }).recordsPerSecond).toBe(900);
  expect(rateAfter(CALM_AFTER, { cpu: 0.5 }).recordsPerSecond).toBe(1_000);
});

test("a load that is too much at twice the rate does not make it swing each second", () => {
  const { second } = controlled();
  const rates: number[] = [];
  let rate = 1_000;
  for (let at = 0; at < 600; at += 1) {
    const detailed = Math.min(rate, 1_000);
    rate = second({ cpu: detailed / 500, detailed }).recordsPerSecond;
    rates.push(rate);
  }
  const changes = rates.filter((each, at) => at > 0 && each !== rates[at - 1]).length;
  expect(changes).toBeLessThan(600 / CALM_AFTER);
  expect(Math.max(...rates.slice(20))).toBeLessThanOrEqual(1_000 * 0.75);
});

test("a target has to go when the lowest rate does not help, and another after as long again", () => {
  const { second } = controlled();
  const decisions = repeat(1, () => Array.from({ length: 40 }, () => second({ cpu: 2, detailed: 1 })));
  const asked = decisions.flatMap(({ next }, at) => (next === "suspend" ? [at] : []));
  expect(decisions[0]?.recordsPerSecond).toBe(LOWEST_PER_SECOND);
  expect(asked.slice(0, 3)).toEqual([1, 2, 3].map((times) => times * SUSPEND_AFTER));
});

test("while a target is suspended a calm asks for its return, and detail waits", () => {
  const { second } = controlled();
  repeat(20, () => second({ cpu: 2, detailed: 1 }));
  const decision = repeat(CALM_AFTER, () => second({ cpu: 0.1 }, true));
  expect(decision).toEqual({ recordsPerSecond: LOWEST_PER_SECOND, over: [], next: "calm" });
  expect(repeat(CALM_AFTER, () => second({ cpu: 0.1 })).recordsPerSecond).toBeGreaterThan(LOWEST_PER_SECOND);
});

test("a clock that stands still decides nothing", () => {
  const budget = { cpuShare: 0.1, memoryBytes: 1, recordsPerSecond: 10 };
  const controller = new BudgetController(budget, START);
  expect(controller.step({ ...START, residentBytes: 99 }, false)).toEqual({ recordsPerSecond: 10, over: [] });
});
