import { FLOOR } from "@masthead/shared/policy/floor";
import { expect, test } from "vitest";
import { policySet } from "../testing/policies.js";
import { compilePolicies } from "./policy-compile.js";

type Specs = Parameters<typeof policySet>[1];
const compiled = (specs: Specs, sendsAll = false) =>
  compilePolicies(policySet(1, specs), {}, FLOOR, sendsAll);
const aggregation = (specs: Specs) => compiled(specs).aggregation;
const gateway = { priority: 1, targets: [{ executable: "/gateway" }] };

test("a policy that takes its targets whole is counted there, whatever comes after it", () => {
  const { items, warnings } = aggregation({ counts: { ...gateway, aggregate: true }, rest: {} });
  expect([items, warnings]).toEqual([0b01n, []]);
});

test("where another policy may govern that does not aggregate, nothing is counted, and it is said", () => {
  const { items, warnings } = aggregation({
    counts: { ...gateway, aggregate: true, match: { paths: ["/v1/**"] } },
    tells: { targets: gateway.targets },
  });
  expect(items).toBe(0n);
  expect(warnings).toEqual([expect.stringMatching(/^policy counts: .*since tells may govern/)]);
  const earlier = aggregation({
    counts: { ...gateway, aggregate: true },
    tells: { priority: 2, targets: gateway.targets, match: { paths: ["/admin/**"] } },
  });
  expect([earlier.items, earlier.warnings.length]).toEqual([0n, 1]);
});

test("several policies that aggregate are counted together, by what each needs", () => {
  const { items, uses, measures, warnings } = aggregation({
    one: {
      ...gateway,
      aggregate: true,
      match: { hosts: ["a.example"] },
      tenant: [{ header: "x-client" }, { fingerprint: "authorization" }],
      measures: [{ header: "x-tokens" }],
    },
    two: {
      ...gateway,
      priority: 0,
      aggregate: true,
      dimensions: ["x-tokens"],
      measures: [{ header: "x-size", from: "request" }],
    },
  });
  expect([items, warnings]).toEqual([1n, []]);
  expect(measures).toEqual([
    { name: "x-tokens", direction: "response" },
    { name: "x-size", direction: "request" },
  ]);
  const by = (name: string) => uses.filter((use) => use.name === name);
  expect(by("x-tokens")).toEqual([
    { name: "x-tokens", direction: "response", names: [], measure: 1 },
    { name: "x-tokens", direction: "request", names: ["keep"], measure: 0 },
  ]);
  expect(by("authorization")).toMatchObject([{ names: ["fingerprint"], measure: 0 }]);
  expect(by("x-client")).toMatchObject([{ names: ["keep"] }]);
  expect(by("host")).toMatchObject([{ names: ["keep"] }]);
  expect(by("x-size")).toMatchObject([{ direction: "request", names: [], measure: 2 }]);
});

test("paths are left whole where a policy can tell ids apart", () => {
  const paths = (...globs: string[]) =>
    aggregation({ one: { ...gateway, aggregate: true, match: { paths: globs } } }).wholePaths;
  expect([paths("/v1/**"), paths("/v1/orders/*"), paths("/v1/orders/17")]).toEqual([0n, 0n, 1n]);
});

test("more measures than the kernel sums: the policy that has no place is sent, and it is said", () => {
  const measures = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ header: `x-m-${from + at}` }));
  const { items, warnings } = aggregation({
    one: { aggregate: true, priority: 1, targets: [{ port: 1 }], measures: measures(0, 8) },
    two: { aggregate: true, targets: [{ port: 2 }], measures: measures(7, 2) },
  });
  expect(items).toBe(0b01n);
  expect(warnings).toEqual([expect.stringContaining("policy two")]);
});

test("who looks at exchanges one by one aggregates nothing", () => {
  const { aggregation: none, policies } = compiled({ one: { ...gateway, aggregate: true } }, true);
  expect([none.items, none.warnings]).toEqual([0n, []]);
  expect(policies[0]?.policy.spec.aggregate).toBe(false);
});
