import type { TimeRange } from "../../platform/http/instant.js";

/** Windows that rows can be cut into; `month` comes later. */
export type UsageWindow = "minute" | "hour" | "day" | "total";
export type UsageLevel = "minute" | "quarter_hour" | "day";

const MINUTE_US = 60_000_000;
const QUARTER_US = 15 * MINUTE_US;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;

const floorTo = (time: number, step: number): number => Math.floor(time / step) * step;
const ceilTo = (time: number, step: number): number => Math.ceil(time / step) * step;

/** The finest level held over the whole range. @param minutesFromUs since when minutes are held */
export const levelOf = (range: TimeRange, minutesFromUs: number): "minute" | "quarter_hour" =>
  range.fromUs >= minutesFromUs ? "minute" : "quarter_hour";

/** The range, widened outwards to whole buckets of a level. An empty one stays empty. */
export const widened = ({ fromUs, toUs }: TimeRange, level: "minute" | "quarter_hour"): TimeRange => {
  if (fromUs === toUs) return { fromUs, toUs };
  const step = level === "minute" ? MINUTE_US : QUARTER_US;
  return { fromUs: floorTo(fromUs, step), toUs: ceilTo(toUs, step) };
};

/**
 * Which part of a range is read from which buckets: `days` lies in `quarters` lies in the range; what is outside of
 * `quarters` is read from minutes. Rows are the same whatever is read; coarse buckets are only quicker.
 */
export interface UsagePlan {
  range: TimeRange;
  quarters: TimeRange;
  days: TimeRange;
}

/** @param range widened already */
export const planOf = (range: TimeRange, window: UsageWindow): UsagePlan => {
  const none: TimeRange = { fromUs: range.fromUs, toUs: range.fromUs };
  const within = (step: number): TimeRange => {
    const inner = { fromUs: ceilTo(range.fromUs, step), toUs: floorTo(range.toUs, step) };
    return inner.fromUs < inner.toUs ? inner : none;
  };
  const quarters = window === "minute" ? none : within(QUARTER_US);
  const days = window === "day" || window === "total" ? within(DAY_US) : none;
  return { range, quarters, days };
};

const WINDOW_US: Record<Exclude<UsageWindow, "total">, number> = {
  minute: MINUTE_US,
  hour: HOUR_US,
  day: DAY_US,
};

/** Length of a window in microseconds; null: one window, the range. */
export const windowLength = (window: UsageWindow): number | null =>
  window === "total" ? null : WINDOW_US[window];

/** The part of the range that a row counts, given the start of its window. */
export const windowSpan = (startUs: number, window: UsageWindow, range: TimeRange): TimeRange => {
  const length = windowLength(window);
  if (length === null) return range;
  return { fromUs: Math.max(startUs, range.fromUs), toUs: Math.min(startUs + length, range.toUs) };
};
