import { expect, test } from "vitest";
import type { GoverningPolicy } from "../exchange.js";
import { makeExchange, policy } from "../testing/exchange.js";
import { Sampler } from "./sampling.js";

const sampled = (sampling: GoverningPolicy["sampling"], status = 200) =>
  makeExchange({ policy: { ...policy, sampling }, status });

const kept = (sampler: Sampler, exchange: ReturnType<typeof sampled>, of: number): number => {
  let count = 0;
  for (let i = 0; i < of; i++) if (sampler.keep(exchange)) count += 1;
  return count;
};

test("a ratio keeps about its share, and the same seed the same ones", () => {
  const count = kept(new Sampler(() => 0), sampled({ exchanges: 0.25, always: [] }), 10_000);
  expect(count).toBeGreaterThan(2_300);
  expect(count).toBeLessThan(2_700);
  expect(kept(new Sampler(() => 0), sampled({ exchanges: 0.25, always: [] }), 10_000)).toBe(count);
});

test("maxPerSecond refills with the clock", () => {
  let nowMs = 0;
  const sampler = new Sampler(() => nowMs);
  const exchange = sampled({ exchanges: 1, maxPerSecond: 10, always: [] });
  expect(kept(sampler, exchange, 100)).toBe(10);
  nowMs = 500;
  expect(kept(sampler, exchange, 100)).toBe(5);
  nowMs = 60_000;
  expect(kept(sampler, exchange, 100)).toBe(10);
});

test("another maxPerSecond under the same name counts at once", () => {
  const sampler = new Sampler(() => 0);
  expect(kept(sampler, sampled({ exchanges: 1, maxPerSecond: 10, always: [] }), 100)).toBe(10);
  expect(kept(sampler, sampled({ exchanges: 1, maxPerSecond: 20, always: [] }), 100)).toBe(20);
});

test("the agent's budget is over all policies, and leaves out no error that a policy always keeps", () => {
  let nowMs = 0;
  const sampler = new Sampler(() => nowMs, 30);
  expect(kept(sampler, sampled({ exchanges: 1, always: ["error"] }), 20)).toBe(20);
  expect(kept(sampler, sampled({ exchanges: 1, maxPerSecond: 15, always: [] }), 20)).toBe(10);
  expect(sampler.overBudget).toBe(5);
  expect(kept(sampler, sampled({ exchanges: 1, always: ["error"] }, 503), 20)).toBe(20);
  nowMs = 100;
  expect(kept(sampler, sampled({ exchanges: 1, always: [] }), 20)).toBe(3);
});

test("a policy's own budget bounds what it always keeps, too, and what the kernel only counted is never kept", () => {
  const sampler = new Sampler(() => 0);
  const bounded = (name: string) =>
    makeExchange({
      policy: { ...policy, name, recordsPerSecond: 10, sampling: { exchanges: 1, always: ["error"] } },
      status: 503,
    });
  expect(kept(sampler, bounded("one"), 50)).toBe(10);
  expect(kept(sampler, bounded("two"), 50)).toBe(10);
  expect(sampler.overBudget).toBe(80);
  expect(sampler.keep(makeExchange({ countedOnly: true }))).toBe(false);
  expect(sampler.overBudget).toBe(80);
});

test("errors are always kept where the policy says so", () => {
  const sampler = new Sampler(() => 0);
  expect(kept(sampler, sampled({ exchanges: 0, maxPerSecond: 1, always: ["error"] }, 503), 50)).toBe(50);
  expect(kept(sampler, sampled({ exchanges: 0, always: ["error"] }), 50)).toBe(0);
});
