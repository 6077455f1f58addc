import { expect, test } from "vitest";
import { usualReturnBy } from "./return-probes.js";

test.each([
  ["6.1.0-28-amd64", "probe"],
  ["6.10.11", "probe"],
  ["6.11.0-9-generic", "instruction"],
  ["6.12", "instruction"],
  ["6.12.13-amd64", "instruction"],
  ["6.12.14", "probe"],
  ["6.12.57+deb13-amd64", "probe"],
  ["6.13.2", "instruction"],
  ["6.13.3", "probe"],
  ["6.14.0", "probe"],
  ["7.12.1", "probe"],
  ["", "probe"],
  ["nonsense", "probe"],
])("on Linux %s the end of a call is seen by: %s", (release, expected) => {
  expect(usualReturnBy(release, "x64")).toBe(expected);
  expect(usualReturnBy(release, "arm64")).toBe("probe");
});
