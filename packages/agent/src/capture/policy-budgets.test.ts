import { FLOOR } from "@masthead/shared/policy/floor";
import { expect, test } from "vitest";
import { MemoryTables } from "../testing/memory-tables.js";
import { policySet } from "../testing/policies.js";
import { BudgetPlaces } from "./policy-budgets.js";
import { compilePolicies } from "./policy-compile.js";
import { PolicyTables } from "./policy-tables.js";
import { ACTIVE_MAP, BUDGETS } from "./table-layout.js";

type Specs = Parameters<typeof policySet>[1];
const compiled = (specs: Specs) => compilePolicies(policySet(1, specs), {}, FLOOR);
const budget = (recordsPerSecond: number) => ({ budget: { recordsPerSecond } });
const gateway = { priority: 1, targets: [{ executable: "/gateway" }] };

test("a policy that takes all of its targets is held to its own number, whatever comes after it", () => {
  const targets = [{ executable: "/gateway" }, { port: 443 }];
  const { budgets } = compiled({ own: { ...budget(10), priority: 1, targets }, rest: {} });
  expect(budgets.unbudgeted & 0b111n).toBe(0b100n);
  expect(budgets.stops & 0b111n).toBe(0b111n);
  expect(budgets.owners).toEqual(["own", "own"]);
  expect([...budgets.rates]).toEqual([["own", 10]]);
});

test("policies that share an item have the sum of theirs, or none", () => {
  const match = { hosts: ["a.example"] };
  const all = compiled({
    one: { ...gateway, ...budget(10), match },
    two: { ...gateway, ...budget(5), priority: 0 },
  });
  expect([...all.budgets.rates]).toEqual([["one two", 15]]);
  expect(all.budgets.stops & 1n).toBe(0n);
  const some = compiled({ one: { ...gateway, ...budget(10), match }, two: { ...gateway, priority: 0 } });
  expect(some.budgets.rates.size).toBe(0);
  expect(some.budgets.unbudgeted & 1n).toBe(1n);
});

test("for usage is what usage is made of, and nothing that is only shown", () => {
  const { rules } = compiled({
    one: {
      headers: {
        request: [
          { name: "x-shown", action: "keep" },
          { name: "x-api-key", action: "fingerprint" },
        ],
        response: [{ name: "set-cookie", action: "fingerprint" }],
      },
      tenant: [{ header: "x-client" }, { fingerprint: "authorization" }, { host: "*.example" }],
      dimensions: ["x-model"],
      measures: [{ header: "x-tokens" }],
      clientAddress: { header: "x-forwarded-for", trustedProxies: ["10.0.0.0/8"] },
    },
  });
  const usage = (direction: "request" | "response", action: "keep" | "fingerprint") =>
    rules.headers.filter((rule) => rule.usage[direction][action] !== 0n).map(({ name }) => name);
  expect(usage("request", "keep")).toEqual(["x-client", "x-model", "host"]);
  expect(usage("request", "fingerprint")).toEqual(["x-api-key", "authorization"]);
  expect(usage("response", "fingerprint")).toEqual([]);
  expect(usage("response", "keep")).toEqual(["x-tokens"]);
});

test("an owner keeps its place, and gives it back when it is in no set any more", () => {
  const places = new BudgetPlaces();
  places.hold(["a", "b"], []);
  expect([places.of("a"), places.of("b")]).toEqual([1, 2]);
  places.hold(["b", "c"], ["a", "b"]);
  expect([places.of("b"), places.of("c")]).toEqual([2, 3]);
  places.hold(["d"], ["b", "c"]);
  expect(places.of("d")).toBe(1);
  const many = (from: number) => Array.from({ length: 64 }, (_, at) => `p${from + at}`);
  for (let round = 0; round < 10; round += 1) places.hold(many(64 * (round + 1)), many(64 * round));
  const last = many(640).map(places.of);
  expect(new Set(last).size).toBe(64);
  expect(Math.max(...last)).toBeLessThan(BUDGETS);
});

test.each(["header_rules", ACTIVE_MAP])(
  "a set that fails at %s leaves the budgets in force as they were",
  (failing) => {
    const session = new MemoryTables();
    const tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
    const shown = { headers: { request: [{ name: "x-shown", action: "keep" as const }] } };
    expect(tables.apply(policySet(1, { one: { ...budget(10), ...shown } })).ok).toBe(true);
    const rates = () => [...session.table("budget_rates")].map(([key, value]) => [key, [...value]]);
    const before = rates();
    session.refuse = (map) => map === failing;
    expect(tables.apply(policySet(2, { one: { ...budget(500), ...shown } })).ok).toBe(false);
    expect(rates()).toEqual(before);
  },
);
