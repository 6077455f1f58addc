import { describe, expect, it } from "vitest";
import { parsePeriod } from "./period.rules.js";

const at = (text: string) => Date.parse(text) / 1000;

describe("periods", () => {
  it("are months by the day and days by the hour, in UTC", () => {
    expect(parsePeriod("2026-12")).toEqual({
      text: "2026-12",
      from: at("2026-12-01T00:00:00Z"),
      to: at("2027-01-01T00:00:00Z"),
      unit: "day",
    });
    expect(parsePeriod("2028-02-29")).toMatchObject({
      from: at("2028-02-29T00:00:00Z"),
      to: at("2028-03-01T00:00:00Z"),
      unit: "hour",
    });
  });

  it.each(["2026", "2026-13", "2026-00", "2026-1", "2026-02-29", "2026-04-31", "2026-11-00", "2026-11-1"])(
    "are not %s",
    (text) => expect(parsePeriod(text)).toBeUndefined(),
  );

  it.each(["", "1969-12", "2200-01", "2026-11-23T00", " 2026-11", "2026-11\n", "２０２６-11", "last"])(
    "are not %j",
    (text) => expect(parsePeriod(text)).toBeUndefined(),
  );
});
