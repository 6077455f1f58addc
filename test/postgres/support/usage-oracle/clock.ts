/**
 * What clocks show where, by the runtime's own time zone database: what Postgres answers is compared with it. Times are Unix
 * minutes; offsets are those of every quarter-hour of a span, for all zones of today change on one.
 */
export class ZoneClock {
  readonly #offsets: number[] = [];
  readonly #from: number;

  /** @param from first quarter-hour and @param to past the last, in Unix minutes */
  constructor(zone: string, from: number, to: number) {
    this.#from = from;
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    for (let minute = from; minute < to; minute += 15) {
      const parts = format.formatToParts(minute * 60_000);
      const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
      const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute")) / 60_000;
      this.#offsets.push(shown - minute);
    }
  }

  /** What the clock shows, as if it were UTC. */
  shown(minute: number): number {
    const offset = this.#offsets[Math.floor((minute - this.#from) / 15)];
    if (offset === undefined) throw new Error("outside of the span");
    return minute + offset;
  }

  /** When the clock first shows this, or something later where this is left out. */
  first(shown: number): number {
    let minute = shown - 20 * 60;
    while (this.shown(minute) < shown) minute++;
    return minute;
  }
}

const DAY = 1_440;
export const dateOf = (shown: number): Date => new Date(shown * 60_000);
export const monthOf = (shown: number): number => {
  const date = dateOf(shown);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};

export type OracleWindow = "minute" | "hour" | "day" | "month" | "total";
/** Unix minutes, end exclusive. */
export interface Span {
  from: number;
  to: number;
}

const startsAnew = (window: OracleWindow, clock: ZoneClock, minute: number): boolean => {
  if (window === "total") return false;
  if (window === "minute") return true;
  const [before, now] = [clock.shown(minute - 1), clock.shown(minute)];
  if (window === "month") return monthOf(before) !== monthOf(now);
  if (window === "day") return Math.floor(before / DAY) !== Math.floor(now / DAY);
  return now % 60 === 0 || Math.floor(before / 60) !== Math.floor(now / 60);
};

/** Windows of a span, cut by it. */
export const windowsIn = (window: OracleWindow, clock: ZoneClock, { from, to }: Span): Span[] => {
  if (from === to) return [];
  const starts = [from];
  for (let minute = from + 1; minute < to; minute++)
    if (startsAnew(window, clock, minute)) starts.push(minute);
  return starts.map((start, i) => ({ from: start, to: starts[i + 1] ?? to }));
};

const movedBack = (clock: ZoneClock, minute: number, unit: "day" | "month", count: number): number => {
  const shown = clock.shown(minute);
  if (unit === "day") return clock.first(shown - count * DAY);
  const [date, month] = [dateOf(shown), monthOf(shown) - count];
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  const start = Date.UTC(Math.floor(month / 12), month % 12, day) / 60_000;
  return clock.first(start + (((shown % DAY) + DAY) % DAY));
};

/** The span before: as many windows, or for `total` as much time, in months or days of the calendar where it is made of them. */
export const spanBefore = (window: OracleWindow, clock: ZoneClock, span: Span, count: number): Span => {
  const back = (unit: "day" | "month", by: number) => ({
    from: movedBack(clock, span.from, unit, by),
    to: movedBack(clock, span.to, unit, by),
  });
  const absolute = (by: number) => ({ from: span.from - by, to: span.to - by });
  if (window === "day" || window === "month") return back(window, count);
  if (window !== "total") return absolute(count * (window === "hour" ? 60 : 1));
  const isStart = (unit: "day" | "month") => (minute: number) => startsAnew(unit, clock, minute);
  const ends = [span.from, span.to];
  if (ends.every(isStart("month"))) {
    const months = monthOf(clock.shown(span.to)) - monthOf(clock.shown(span.from));
    if (months > 0) return back("month", months);
  }
  if (ends.every(isStart("day"))) {
    const days = Math.floor(clock.shown(span.to) / DAY) - Math.floor(clock.shown(span.from) / DAY);
    if (days > 0) return back("day", days);
  }
  return absolute(span.to - span.from);
};
