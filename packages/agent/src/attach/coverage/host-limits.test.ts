import { expect, test } from "vitest";
import { lockdownMode } from "./host-limits.js";

test("the lockdown mode is the one in brackets", () => {
  expect(lockdownMode("none integrity [confidentiality]\n")).toBe("confidentiality");
  expect(lockdownMode("[none] integrity confidentiality")).toBe("none");
  expect(lockdownMode(undefined)).toBe("none");
});
