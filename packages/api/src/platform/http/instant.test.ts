import { toRfc3339 } from "@masthead/shared/time";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseInstant, rangeOf } from "./instant.js";

it("reads back every time that answers carry", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (time) => {
      expect(parseInstant(toRfc3339(time))).toBe(time);
    }),
  );
});

it.each([
  ["2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000000Z"],
  ["2026-05-01t00:00:00.5z", "2026-05-01T00:00:00.500000Z"],
  ["2024-02-29T23:59:59.123456789-00:30", "2024-03-01T00:29:59.123456Z"],
])("reads %s", (text, read) => {
  expect(toRfc3339(parseInstant(text) ?? 0)).toBe(read);
});

it.each([
  "",
  "2026-05-01",
  "2026-05-01T00:00:00",
  "2026-02-29T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-05-01T24:00:00Z",
  "2026-05-01T00:60:00Z",
  "2026-05-01T00:00:00+24:00",
  "2026-05-01T00:00:00-01:60",
  "1969-12-31T23:59:59Z",
  "now",
])("refuses %j", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

it("takes the hour before now, and an empty range, but none that runs backwards", () => {
  const hour = 3_600_000_000;
  expect(rangeOf({}, 5 * hour)).toEqual({ fromUs: 4 * hour, toUs: 5 * hour });
  expect(rangeOf({ from: 7, to: 7 }, 9)).toEqual({ fromUs: 7, toUs: 7 });
  expect(rangeOf({ from: 8, to: 7 }, 9)).toBeUndefined();
});
