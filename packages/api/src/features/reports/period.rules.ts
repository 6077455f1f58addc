import { toRfc3339 } from "@masthead/shared/time";
import { clockOf, startOfDay } from "../../platform/time-zone.js";

/** A month or a day on the clocks of a time zone. */
export interface Period {
  /** `YYYY-MM` or `YYYY-MM-DD` */
  readonly text: string;
  readonly timeZone: string;
  /** Unix seconds, inclusive and exclusive; whole quarter-hours */
  readonly from: number;
  readonly to: number;
  /** what its time breakdown is made of */
  readonly unit: "day" | "hour";
  /** Unix seconds at which its days or hours begin, ascending from `from` on */
  readonly starts: readonly number[];
}

/** Years in which microseconds are exact in a double, less a margin. */
export const PERIOD_PATTERN = /^(19[7-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?$/;

/** Reads `YYYY-MM` or `YYYY-MM-DD`, 1970 to 2199. @returns undefined where the zone's calendar has no such period */
export const parsePeriod = (text: string, timeZone = "UTC"): Period | undefined => {
  const parts = PERIOD_PATTERN.exec(text);
  if (!parts) return undefined;
  const [year, month] = [Number(parts[1]), Number(parts[2])];
  if (parts[3] === undefined) return monthOf(year, month, timeZone);
  const day = Number(parts[3]);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
    ? dayOf(year, month, day, timeZone)
    : undefined;
};

/** The month before a month, the day before a day. */
export const previousPeriod = ({ text, timeZone, unit }: Period): Period => {
  const [year = 0, month = 0, day = 1] = text.split("-").map(Number);
  const before = new Date(unit === "day" ? Date.UTC(year, month - 2) : Date.UTC(year, month - 1, day - 1));
  const [y, m] = [before.getUTCFullYear(), before.getUTCMonth() + 1];
  const period = unit === "day" ? monthOf(y, m, timeZone) : dayOf(y, m, before.getUTCDate(), timeZone);
  // Clocks that leapt over the day before: what came before that one.
  return period ?? previousPeriod({ text: before.toISOString().slice(0, 10), timeZone, unit } as Period);
};

/** Start and end in RFC 3339. */
export const rangeOf = ({ from, to }: Pick<Period, "from" | "to">): { from: string; to: string } => ({
  from: toRfc3339(from * 1e6),
  to: toRfc3339(to * 1e6),
});

/** An hour of a period and where it stands on a week's clock. */
export interface HourOfPeriod {
  /** Unix seconds */
  readonly start: number;
  readonly weekday: number;
  readonly hour: number;
}

/** All hours of a period, ascending. */
export const hoursOf = (period: Period): HourOfPeriod[] => {
  const clock = clockOf(period.timeZone);
  const starts =
    period.unit === "hour"
      ? period.starts
      : period.starts.flatMap((start, i) => hoursBetween(start, period.starts[i + 1] ?? period.to));
  return starts.map((start) => {
    const { weekday, hour } = clock(start);
    return { start, weekday, hour };
  });
};

const HOUR = 3_600;

const hoursBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, i) => from + i * HOUR);

const monthOf = (year: number, month: number, timeZone: string): Period => {
  const clock = clockOf(timeZone);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const bounds = Array.from({ length: days + 1 }, (_, i) => startOfDay(clock, year, month, i + 1));
  const to = bounds[days] as number;
  const starts = [...new Set(bounds)].filter((start) => start < to);
  const text = `${year}-${String(month).padStart(2, "0")}`;
  return { text, timeZone, from: starts[0] as number, to, unit: "day", starts };
};

const dayOf = (year: number, month: number, day: number, timeZone: string): Period | undefined => {
  const clock = clockOf(timeZone);
  const [from, to] = [startOfDay(clock, year, month, day), startOfDay(clock, year, month, day + 1)];
  if (from === to) return undefined;
  const text = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
  return { text, timeZone, from, to, unit: "hour", starts: hoursBetween(from, to) };
};
