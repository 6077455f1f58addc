/** A month or a day in UTC. */
export interface Period {
  readonly text: string;
  /** Unix seconds, inclusive and exclusive */
  readonly from: number;
  readonly to: number;
  /** what its time breakdown is made of */
  readonly unit: "day" | "hour";
}

/** Years in which microseconds are exact in a double, less a margin. */
export const PERIOD_PATTERN = /^(19[7-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?$/;

/** Reads `YYYY-MM` or `YYYY-MM-DD`, 1970 to 2199. @returns undefined where the calendar has no such period */
export const parsePeriod = (text: string): Period | undefined => {
  const parts = PERIOD_PATTERN.exec(text);
  if (!parts) return undefined;
  const [year, month] = [Number(parts[1]), Number(parts[2]) - 1];
  if (parts[3] === undefined)
    return { text, from: Date.UTC(year, month) / 1000, to: Date.UTC(year, month + 1) / 1000, unit: "day" };
  const day = Number(parts[3]);
  const from = Date.UTC(year, month, day) / 1000;
  if (new Date(from * 1000).getUTCDate() !== day) return undefined;
  return { text, from, to: Date.UTC(year, month, day + 1) / 1000, unit: "hour" };
};
