import { UsageError } from "./settings.js";
import { dayOf, startOfDay } from "./zoned-time.js";

const SPAN = /^(\d{1,6})(m|h|d|w)$/;
const SPAN_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const CALENDAR = /^(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds of a span such as `90d`; undefined where it is none. */
export const spanMs = (text: string): number | undefined => {
  const span = SPAN.exec(text);
  return span ? Number(span[1]) * SPAN_MS[span[2] as keyof typeof SPAN_MS] : undefined;
};

export const TIME_HELP = "24h (m, h, d, w ago), today, 2026-05, 2026-05-03, or RFC 3339";

export interface RangeOptions {
  from: string;
  to?: string | undefined;
  timeZone: string;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** A time, or both ends of a month or day. @throws UsageError */
const timesOf = (option: string, text: string, zone: string, nowMs: number): { at: string; end?: string } => {
  const ago = spanMs(text);
  if (ago !== undefined) return { at: iso(nowMs - ago) };
  if (text === "now") return { at: iso(nowMs) };
  const calendar = CALENDAR.exec(text === "today" ? dayOf(nowMs, zone) : text);
  if (calendar) {
    const [year, month] = [Number(calendar[1]), Number(calendar[2])];
    if (calendar[3] === undefined)
      return { at: iso(startOfDay(year, month, 1, zone)), end: iso(startOfDay(year, month + 1, 1, zone)) };
    const day = Number(calendar[3]);
    if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day)
      return {
        at: iso(startOfDay(year, month, day, zone)),
        end: iso(startOfDay(year, month, day + 1, zone)),
      };
  } else if (RFC_3339.test(text) && !Number.isNaN(Date.parse(text))) return { at: text };
  throw new UsageError(`--${option} takes ${TIME_HELP}, not ${text}`);
};

/**
 * The range that `--from` and `--to` ask for. A month or day as `from` alone is that month or day in the zone, up to its end.
 *
 * @throws UsageError
 */
export const rangeOf = (
  { from, to, timeZone }: RangeOptions,
  nowMs: number,
): { from: string; to?: string } => {
  const start = timesOf("from", from, timeZone, nowMs);
  const end = to === undefined ? start.end : timesOf("to", to, timeZone, nowMs).at;
  return end === undefined ? { from: start.at } : { from: start.at, to: end };
};
