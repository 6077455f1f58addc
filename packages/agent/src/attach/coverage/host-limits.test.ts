import { expect, test } from "vitest";
import { filtersReturnProbes, lockdownMode } from "./host-limits.js";

test.each([
  ["6.1.0-28-amd64", false],
  ["6.10.11", false],
  ["6.11.0-9-generic", true],
  ["6.12", true],
  ["6.12.13-amd64", true],
  ["6.12.14", false],
  ["6.12.57+deb13-amd64", false],
  ["6.13.2", true],
  ["6.13.3", false],
  ["6.14.0", false],
  ["7.12.1", false],
  ["", false],
  ["nonsense", false],
])("Linux %s applies seccomp filters to return probes: %s", (release, expected) => {
  expect(filtersReturnProbes(release, "x64")).toBe(expected);
  expect(filtersReturnProbes(release, "arm64")).toBe(false);
});

test("the lockdown mode is the one in brackets", () => {
  expect(lockdownMode("none integrity [confidentiality]\n")).toBe("confidentiality");
  expect(lockdownMode("[none] integrity confidentiality")).toBe("none");
  expect(lockdownMode(undefined)).toBe("none");
});
