import type { UsageFilter } from "@masthead/shared/http/usage-query-schema";
import { describe, expect, it } from "vitest";
import { grainOf } from "./usage-grain.rules.js";

const grain = (groupBy: string[], filter?: UsageFilter) => grainOf({ groupBy, filter });

describe("what rows a question is answered from", () => {
  it.each([
    ["tenant", []],
    ["tenant", ["tenant.id", "role"]],
    ["consumer", ["consumer.fingerprint", "tenant.id"]],
    ["endpoint", ["url.template"]],
    ["endpoint", ["http.response.status_class", "service.name", "x-model-id"]],
    ["series", ["url.template", "consumer.fingerprint"]],
    ["series", ["host.name"]],
    ["series", ["agent.id"]],
  ])("is %s for groups by %j", (expected, groupBy) => {
    expect(grain(groupBy)).toBe(expected);
  });

  it("counts what is filtered by, however deep", () => {
    const filter = { not: { and: [{ dimension: "host.name", exists: true }] } };
    expect(grain([], filter)).toBe("series");
    expect(grain([], { or: [{ dimension: "http.response.status_code", eq: 500 }] })).toBe("endpoint");
  });

  it("may have to tell more apart", () => {
    expect(grainOf({ groupBy: ["tenant.id"] }, ["consumer"])).toBe("consumer");
    expect(grainOf({ groupBy: ["service.name"] }, ["consumer"])).toBe("series");
  });
});
