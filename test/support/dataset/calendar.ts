/** When windows begin on the clocks of a zone, by `Intl`: a second opinion on what Postgres says. */

export type CalendarUnit = "hour" | "day" | "month";

/** Clocks change at a quarter of an hour, wherever they do. */
const STEP_US = 900_000_000;

const partsOf = (zone: string): ((timeUs: number) => Record<string, string>) => {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit" },
  });
  return (timeUs) =>
    Object.fromEntries(format.formatToParts(timeUs / 1000).map(({ type, value }) => [type, value]));
};

/** What changes when a window begins; an hour also begins when the clock shows it in full once more. */
const nameOf = (unit: CalendarUnit, { year, month, day, hour, minute }: Record<string, string>): string => {
  if (unit === "month") return `${year}-${month}`;
  if (unit === "day") return `${year}-${month}-${day}`;
  return `${year}-${month}-${day} ${hour}${minute === "00" ? " sharp" : ""}`;
};

/** Starts of windows within a range, not at its ends; microseconds, ascending. */
export const boundariesOf = (unit: CalendarUnit, zone: string, fromUs: number, toUs: number): number[] => {
  const parts = partsOf(zone);
  const boundaries: number[] = [];
  const first = Math.floor(fromUs / STEP_US) * STEP_US;
  let before = nameOf(unit, parts(first)).replace(" sharp", "");
  for (let at = first + STEP_US; at < toUs; at += STEP_US) {
    const name = nameOf(unit, parts(at));
    if (name !== before && at > fromUs) boundaries.push(at);
    before = name.replace(" sharp", "");
  }
  return boundaries;
};
