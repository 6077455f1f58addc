import { expect, it } from "vitest";
import { askedWaitMs, backOffMs } from "./back-off.rules.js";

const NOW_MS = Date.UTC(2026, 2, 1);

it.each([
  [null, 0],
  ["0", 0],
  ["90", 90_000],
  [" 90 ", 90_000],
  ["Sun, 01 Mar 2026 00:02:00 GMT", 120_000],
  ["Sat, 28 Feb 2026 23:59:00 GMT", 0],
  ["-5", 0],
  ["soon", 0],
  ["", 0],
  ["9".repeat(400), 12 * 3_600_000],
])("a receiver that says %j is left alone for %d ms", (retryAfter, waitMs) => {
  expect(askedWaitMs(retryAfter, NOW_MS)).toBe(waitMs);
});

it("waits ever longer, up to half a day, and never less than half of that", () => {
  expect([1, 2, 3, 12].map((attempt) => backOffMs(attempt, 1))).toEqual([5_000, 20_000, 80_000, 43_200_000]);
  expect([1, 2, 3, 12].map((attempt) => backOffMs(attempt, 0))).toEqual([2_500, 10_000, 40_000, 21_600_000]);
});
