import { DEFAULT_POLICY } from "@masthead/shared/policy/default-policy";
import { describe, expect, it } from "vitest";
import { isUnchanged, type Precondition } from "../../platform/http/precondition.js";
import type { ApiError } from "../../platform/http/problem.js";
import { checkPrecondition, sameDocument } from "./policies.rules.js";

const present = { name: "default", revision: 7, document: DEFAULT_POLICY, createdAtUs: 0, changedAtUs: 0 };
const outcome = (precondition: Precondition, row?: typeof present) => {
  try {
    checkPrecondition(precondition, row);
    return "passes";
  } catch (error) {
    return (error as ApiError).code;
  }
};

describe("preconditions", () => {
  it.each<[Precondition, boolean, string]>([
    [{}, true, "passes"],
    [{ ifMatch: '"7"' }, true, "passes"],
    [{ ifMatch: '"6", "7"' }, true, "passes"],
    [{ ifMatch: "*" }, true, "passes"],
    [{ ifMatch: '"6"' }, true, "precondition_failed"],
    [{ ifMatch: 'W/"7"' }, true, "precondition_failed"],
    [{ ifMatch: "*" }, false, "precondition_failed"],
    [{ ifMatch: "7" }, true, "invalid_parameters"],
    [{ ifMatch: "" }, true, "invalid_parameters"],
    [{ ifNoneMatch: "*" }, false, "passes"],
    [{ ifNoneMatch: "*" }, true, "precondition_failed"],
    [{ ifNoneMatch: 'W/"7"' }, true, "precondition_failed"],
    [{ ifNoneMatch: '"6"' }, true, "passes"],
  ])("%j, present: %j, %s", (precondition, exists, expected) => {
    expect(outcome(precondition, exists ? present : undefined)).toBe(expected);
  });

  it("tell a reader that nothing changed", () => {
    expect([isUnchanged('W/"7"', 7), isUnchanged('"6"', 7), isUnchanged(undefined, 7)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("documents", () => {
  it("are the same whatever the order of their fields and however absence is written", () => {
    expect(sameDocument({ a: 1, b: [{ c: 2, d: undefined }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(sameDocument({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
});
