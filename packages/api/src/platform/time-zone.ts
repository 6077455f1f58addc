/** What clocks of a zone show at an instant. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 1 is Monday */
  readonly weekday: number;
}

/** Names only: offsets and POSIX rules, which some runtimes take too, mean different things to different readers. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const NAME_MAX_CHARACTERS = 64;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Whether a text is the IANA name of a time zone. */
export const isTimeZone = (name: string): boolean => {
  if (name.length > NAME_MAX_CHARACTERS || !NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** UTC by its usual name, whichever of its names is given, in whatever case; other zones as given. */
export const withUtcNamed = (timeZone: string): string =>
  new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone === "UTC" ? "UTC" : timeZone;

/** @returns what clocks of the zone show at an instant, given in Unix seconds */
export const clockOf = (timeZone: string): ((seconds: number) => LocalTime) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    ...{
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      weekday: "short",
    },
  });
  return (seconds) => {
    const shown = Object.fromEntries(
      format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]),
    );
    return {
      year: Number(shown["year"]),
      month: Number(shown["month"]),
      day: Number(shown["day"]),
      hour: Number(shown["hour"]),
      minute: Number(shown["minute"]),
      weekday: WEEKDAYS.indexOf(shown["weekday"] ?? "") + 1,
    };
  };
};

const QUARTER = 900;
const dayNumber = ({ year, month, day }: Pick<LocalTime, "year" | "month" | "day">): number =>
  Date.UTC(year, month - 1, day) / 86_400_000;

/**
 * First quarter-hour of a day on the clocks of a zone, in Unix seconds: midnight, or what comes instead where clocks leap over it.
 * A day that clocks leapt over whole begins when the next one does. Month and day may overflow, as of `Date.UTC`.
 */
export const startOfDay = (
  clock: (seconds: number) => LocalTime,
  year: number,
  month: number,
  day: number,
): number => {
  const midnight = Date.UTC(year, month - 1, day) / 1000;
  const wanted = midnight / 86_400;
  // Zones reach from 12 hours behind to 14 ahead.
  let [before, reached] = [-60, 60];
  while (reached - before > 1) {
    const middle = (before + reached) >> 1;
    if (dayNumber(clock(midnight + middle * QUARTER)) >= wanted) reached = middle;
    else before = middle;
  }
  return midnight + reached * QUARTER;
};
