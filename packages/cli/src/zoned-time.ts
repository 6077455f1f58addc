import { UsageError } from "./settings.js";

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws UsageError where there is no such zone */
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
    return format;
  } catch {
    throw new UsageError(`there is no time zone ${zone}: name one as Europe/Berlin or UTC`);
  }
};

/** What clocks in `zone` show, as milliseconds of a clock in UTC that shows the same. */
const clockMs = (atMs: number, zone: string): number => {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const DAY_MS = 86_400_000;

/** When a day begins in `zone`, in milliseconds: the first moment, also where clocks skip midnight or repeat it. */
export const startOfDay = (year: number, month: number, day: number, zone: string): number => {
  const midnight = Date.UTC(year, month - 1, day);
  const offsets = [midnight - DAY_MS, midnight + DAY_MS].map((at) => clockMs(at, zone) - at);
  const starts = offsets.map((offset) => midnight - offset).filter((at) => clockMs(at, zone) === midnight);
  return starts.length > 0 ? Math.min(...starts) : midnight - (offsets[0] ?? 0);
};

/** `2026-05-01 14:30` as clocks in `zone` show it. */
export const zonedText = (time: string, zone: string): string =>
  new Date(clockMs(Date.parse(time), zone)).toISOString().slice(0, 16).replace("T", " ");

/** The day `YYYY-MM-DD` that clocks in `zone` show. */
export const dayOf = (atMs: number, zone: string): string =>
  new Date(clockMs(atMs, zone)).toISOString().slice(0, 10);
