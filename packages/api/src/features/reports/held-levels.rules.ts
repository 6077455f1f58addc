import type { HeldLevel } from "./held-usage.read-model.js";
import type { Period } from "./period.rules.js";

/** The coarsest buckets that a period can be read from: as a whole, and by its days or hours. */
export interface PeriodLevels {
  readonly whole: HeldLevel;
  readonly parts: HeldLevel;
}

const DAY = 86_400;

export const levelsOf = ({ unit, from, to, starts }: Period): PeriodLevels => {
  if (unit === "day" && [...starts, to].every((start) => start % DAY === 0))
    return { whole: "month", parts: "day" };
  return {
    whole: unit === "hour" && from % DAY === 0 && to === from + DAY ? "day" : "quarter",
    parts: "quarter",
  };
};

/** Since when levels are held, Unix seconds. */
export interface HeldSince {
  readonly quarter: number;
  readonly day: number;
}

/** Whether all that a report says over time is still held. */
export const isHeld = (period: Period, since: HeldSince): boolean =>
  period.from >= (levelsOf(period).parts === "day" ? since.day : since.quarter);
