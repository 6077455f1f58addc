import { describe, expect, it } from "vitest";
import { isTimeZone } from "../../platform/time-zone.js";
import { hoursOf, type Period, parsePeriod, previousPeriod } from "./period.rules.js";

const at = (text: string) => Date.parse(text) / 1000;
const period = (text: string, timeZone?: string) => parsePeriod(text, timeZone) as Period;

describe("periods", () => {
  it("are months by the day and days by the hour, in UTC", () => {
    const month = period("2026-12");
    expect(month).toMatchObject({
      text: "2026-12",
      timeZone: "UTC",
      from: at("2026-12-01T00:00:00Z"),
      to: at("2027-01-01T00:00:00Z"),
      unit: "day",
    });
    expect(month.starts).toHaveLength(31);
    expect(month.starts[30]).toBe(at("2026-12-31T00:00:00Z"));
    const day = period("2028-02-29");
    expect(day).toMatchObject({
      from: at("2028-02-29T00:00:00Z"),
      to: at("2028-03-01T00:00:00Z"),
      unit: "hour",
    });
    expect(day.starts).toHaveLength(24);
  });

  it.each([
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", 23],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", 25],
    ["2026-11-23", "Asia/Kolkata", "2026-11-22T18:30:00Z", 24],
    ["2026-11-23", "Asia/Kathmandu", "2026-11-22T18:15:00Z", 24],
    // half an hour of daylight saving
    ["2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", 25],
    // clocks leap over midnight
    ["2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00Z", 23],
    // and back over it
    ["2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", 25],
    ["2026-11-23", "Pacific/Kiritimati", "2026-11-22T10:00:00Z", 24],
    ["2026-11-23", "Etc/GMT+12", "2026-11-23T12:00:00Z", 24],
  ])("the day %s of %s begins at %s and has %i hours", (text, zone, from, hours) => {
    const day = period(text, zone);
    expect(day.from).toBe(at(from));
    expect(day.starts).toHaveLength(hours);
  });

  it("months of a zone are the sum of its days", () => {
    for (const zone of ["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])
      for (let month = 1; month <= 12; month += 1) {
        const { text, from, to, starts } = period(`2026-${String(month).padStart(2, "0")}`, zone);
        const days = starts.map((_, i) => period(`${text}-${String(i + 1).padStart(2, "0")}`, zone));
        expect(days.map((day) => day.from)).toEqual(starts);
        expect([days[0]?.from, days.at(-1)?.to]).toEqual([from, to]);
        expect(hoursOf(period(text, zone)).map(({ start }) => start)).toEqual(
          days.flatMap((day) => day.starts),
        );
      }
  });

  it("hours know their place in the week", () => {
    expect(hoursOf(period("2026-11-23", "Asia/Kolkata"))[5]).toEqual({
      start: at("2026-11-22T23:30:00Z"),
      weekday: 1,
      hour: 5,
    });
    expect(
      hoursOf(period("2026-10-25", "Europe/Berlin"))
        .map(({ hour }) => hour)
        .slice(0, 5),
    ).toEqual([0, 1, 2, 2, 3]);
  });

  it.each([
    ["2026-01", "2025-12"],
    ["2026-03-01", "2026-02-28"],
    ["1970-01", "1969-12"],
  ])("before %s comes %s", (text, before) => {
    expect(previousPeriod(period(text)).text).toBe(before);
    expect(previousPeriod(period(text)).to).toBe(period(text).from);
  });

  it("a day that clocks leapt over is none, and is not the day before another", () => {
    expect(parsePeriod("2011-12-30", "Pacific/Apia")).toBeUndefined();
    expect(previousPeriod(period("2011-12-31", "Pacific/Apia")).text).toBe("2011-12-29");
    expect(period("2011-12", "Pacific/Apia").starts).toHaveLength(30);
  });

  it.each(["2026", "2026-13", "2026-00", "2026-1", "2026-02-29", "2026-04-31", "2026-11-00", "2026-11-1"])(
    "are not %s",
    (text) => expect(parsePeriod(text)).toBeUndefined(),
  );

  it.each(["", "1969-12", "2200-01", "2026-11-23T00", " 2026-11", "2026-11\n", "２０２６-11", "last"])(
    "are not %j",
    (text) => expect(parsePeriod(text)).toBeUndefined(),
  );

  it("zones go by their names", () => {
    expect(
      ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12"].filter(isTimeZone),
    ).toHaveLength(4);
    expect(
      ["", "+05:30", "Mars/Olympus", "Europe/Berlin;", "UTC+1", `A${"a".repeat(99)}`].filter(isTimeZone),
    ).toEqual([]);
  });
});
