import { describe, expect, it } from "vitest";
import { parseUsageQuery } from "./parse-usage-query.js";
import { FILTER_CONDITIONS_MAX, FILTER_DEPTH_MAX, FILTER_VALUES_MAX } from "./usage-query-schema.js";

const nested = (depth: number): unknown =>
  depth === 0 ? { dimension: "role", eq: "server" } : { not: nested(depth - 1) };
const errorsOf = (input: unknown) => {
  const parsed = parseUsageQuery(input);
  return parsed.ok ? [] : parsed.errors;
};

describe("a usage query", () => {
  it("has defaults", () => {
    expect(parseUsageQuery({})).toEqual({
      ok: true,
      query: { window: "total", timeZone: "UTC", groupBy: [], include: ["latencyMs"], limit: 50 },
    });
  });

  it("takes filters in each other, up to the bound", () => {
    const filter = {
      and: [
        {
          or: [{ dimension: "url.template", prefix: "/v1" }, { not: { dimension: "x-model-id", eq: null } }],
        },
        { dimension: "http.response.status_code", nin: [404, null] },
        nested(FILTER_DEPTH_MAX - 1),
      ],
    };
    expect(parseUsageQuery({ filter })).toMatchObject({ ok: true, query: { filter } });
  });

  it.each<[string, unknown, string, string]>([
    ["an unknown field", { grupBy: [] }, "/grupBy", "groupBy"],
    ["an unknown operator", { filter: { dimension: "role", eqq: 1 } }, "/filter/eqq", "eq"],
    ["an unknown field inside", { filter: { and: [{ nott: {} }] } }, "/filter/and/0/nott", "not"],
    ["two operators", { filter: { dimension: "role", eq: "a", ne: "b" } }, "/filter", "one of"],
    ["no operator", { filter: { dimension: "role" } }, "/filter", "one of"],
    [
      "a connective with a condition",
      { filter: { and: [nested(0)], dimension: "role", eq: "a" } },
      "/filter",
      "alone",
    ],
    ["nothing", { filter: {} }, "/filter", "one of"],
    ["a filter that is none", { filter: "role=server" }, "/filter", "object"],
    ["an unknown window", { window: "week" }, "/window", "month"],
    ["an offset as zone", { timeZone: "+05:30" }, "/timeZone", "IANA"],
    ["an unknown metric", { top: { n: 3, by: "p95" } }, "/top/by", "latencyMs.p50"],
    ["an unknown order", { orderBy: [{ by: "tenant.id" }] }, "/orderBy/0/by", "window"],
    ["U+0000", { groupBy: ["a\u0000"] }, "/groupBy/0", "U+0000"],
    ["U+0000 in a filter", { filter: { dimension: "role", in: ["\u0000"] } }, "/filter/in/0", ""],
    ["a list", [], "", "object"],
  ])("refuses %s", (_name, input, pointer, words) => {
    expect(errorsOf(input)).toContainEqual({ pointer, message: expect.stringContaining(words) });
  });

  it("refuses filters that are too deep, without following them", () => {
    const [error] = errorsOf({ filter: nested(FILTER_DEPTH_MAX + 1) });
    expect(error).toEqual({
      pointer: `/filter${"/not".repeat(FILTER_DEPTH_MAX + 1)}`,
      message: expect.stringContaining("levels"),
    });
    let deep: unknown = nested(0);
    for (let i = 0; i < 200_000; i++) deep = { not: deep };
    expect(errorsOf({ filter: deep })).toHaveLength(1);
  });

  it("refuses more conditions and more values than it may have", () => {
    const one = { dimension: "role", eq: "server" };
    const many = { and: Array.from({ length: FILTER_CONDITIONS_MAX + 1 }, () => one) };
    expect(errorsOf({ filter: many })[0]).toMatchObject({ pointer: "/filter/and" });
    const split = {
      and: [1, 2].map(() => ({ or: Array.from({ length: FILTER_CONDITIONS_MAX }, () => one) })),
    };
    expect(errorsOf({ filter: split })[0]?.message).toContain("conditions");
    const half = Array.from({ length: FILTER_VALUES_MAX / 2 + 1 }, (_, i) => `${i}`);
    const values = { and: [1, 2].map(() => ({ dimension: "tenant.id", in: half })) };
    expect(errorsOf({ filter: values })[0]?.message).toContain("values");
  });
});
