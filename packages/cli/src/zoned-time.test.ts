import { describe, expect, it } from "vitest";
import { UsageError } from "./settings.js";
import { dayOf, startOfDay, zonedText } from "./zoned-time.js";

describe("a day in a zone", () => {
  it.each([
    ["UTC", [2026, 5, 3], "2026-05-03T00:00:00.000Z"],
    ["Asia/Kolkata", [2026, 5, 3], "2026-05-02T18:30:00.000Z"],
    ["America/New_York", [2026, 3, 8], "2026-03-08T05:00:00.000Z"],
    ["America/New_York", [2026, 3, 9], "2026-03-09T04:00:00.000Z"],
    ["Australia/Lord_Howe", [2026, 4, 6], "2026-04-05T13:30:00.000Z"],
    // Clocks go from 00:00 to 01:00: the day begins at 01:00.
    ["America/Sao_Paulo", [2017, 10, 15], "2017-10-15T03:00:00.000Z"],
    // Clocks go from 01:00 back to 00:00: the day begins with the first of the two.
    ["America/Havana", [2026, 11, 1], "2026-11-01T04:00:00.000Z"],
    ["UTC", [2026, 13, 1], "2027-01-01T00:00:00.000Z"],
  ] as const)("of %s, %j, begins at %s", (zone, [year, month, day], start) => {
    expect(new Date(startOfDay(year, month, day, zone)).toISOString()).toBe(start);
  });

  it("is what clocks show there", () => {
    expect(zonedText("2026-05-02T18:30:00.000000Z", "Asia/Kolkata")).toBe("2026-05-03 00:00");
    expect(dayOf(Date.parse("2026-05-02T18:30:00Z"), "Asia/Kolkata")).toBe("2026-05-03");
  });

  it("is of a zone that exists", () => {
    expect(() => startOfDay(2026, 1, 1, "Mars/Olympus")).toThrow(UsageError);
  });
});
