import type { UsageLevel } from "@masthead/shared/http/usage-schema";
import type { UnixMicros } from "@masthead/shared/time";
import type { TimeRange } from "../../platform/http/instant.js";
import {
  bucketEnd,
  bucketStart,
  USAGE_LEVELS,
  type UsageHorizon,
  type UsageTableLevel,
} from "./levels.rules.js";

/** Which stretches of time are read from which buckets; apart from each other, each list ascending. */
export type UsagePlan = Readonly<Record<UsageTableLevel, readonly TimeRange[]>>;

/** What the levels held cannot answer: a stretch that would need buckets which are gone. */
export interface Uncovered {
  stretch: TimeRange;
  /** the coarsest level whose buckets it could be made of */
  needs: UsageTableLevel;
}

const floor = (level: UsageTableLevel, timeUs: UnixMicros): UnixMicros =>
  bucketStart(level, timeUs / 1e6) * 1e6;
const ceiling = (level: UsageTableLevel, timeUs: UnixMicros): UnixMicros => {
  const start = floor(level, timeUs);
  return start === timeUs ? timeUs : bucketEnd(level, start / 1e6) * 1e6;
};

/** The range, widened outwards to whole minutes: nothing finer is counted. An empty one stays empty. */
export const widened = ({ fromUs, toUs }: TimeRange): TimeRange =>
  fromUs === toUs ? { fromUs, toUs } : { fromUs: floor("minute", fromUs), toUs: ceiling("minute", toUs) };

/**
 * Each stretch from the coarsest buckets that lie in it and are held, its ends from finer ones. Rows are the same whatever they are
 * read from, as long as all of a stretch can be read.
 *
 * @param stretches on whole minutes, ascending
 */
export const planOf = (stretches: readonly TimeRange[], horizon: UsageHorizon): UsagePlan | Uncovered => {
  const plan: Record<UsageTableLevel, TimeRange[]> = { minute: [], quarter: [], day: [], month: [] };
  const add = (level: UsageTableLevel, piece: TimeRange) => {
    const last = plan[level].at(-1);
    if (last?.toUs === piece.fromUs) last.toUs = piece.toUs;
    else plan[level].push({ ...piece });
  };
  for (const stretch of stretches) {
    const gap = cover(stretch, USAGE_LEVELS.length - 1, horizon, add);
    if (gap) return { stretch: gap, needs: coarsestOf(gap) };
  }
  return plan;
};

const cover = (
  stretch: TimeRange,
  index: number,
  horizon: UsageHorizon,
  add: (level: UsageTableLevel, piece: TimeRange) => void,
): TimeRange | undefined => {
  if (stretch.fromUs >= stretch.toUs) return undefined;
  const level = USAGE_LEVELS[index];
  if (level === undefined) return stretch;
  const inner = { fromUs: ceiling(level, stretch.fromUs), toUs: floor(level, stretch.toUs) };
  if (inner.fromUs >= inner.toUs || inner.fromUs < horizon[level] * 1e6)
    return cover(stretch, index - 1, horizon, add);
  const before = cover({ fromUs: stretch.fromUs, toUs: inner.fromUs }, index - 1, horizon, add);
  if (before) return before;
  add(level, inner);
  return cover({ fromUs: inner.toUs, toUs: stretch.toUs }, index - 1, horizon, add);
};

const coarsestOf = ({ fromUs, toUs }: TimeRange): UsageTableLevel =>
  [...USAGE_LEVELS]
    .reverse()
    .find((level) => floor(level, fromUs) === fromUs && floor(level, toUs) === toUs) ?? "minute";

/** The nearest range around this one that can be answered as a whole; cut where nothing is held any more. */
export const nearestRange = (range: TimeRange, horizon: UsageHorizon): TimeRange => {
  const oldest = horizon.month * 1e6;
  for (const fromLevel of USAGE_LEVELS)
    for (const toLevel of USAGE_LEVELS) {
      const around = {
        fromUs: Math.max(oldest, floor(fromLevel, range.fromUs)),
        toUs: ceiling(toLevel, range.toUs),
      };
      if (around.fromUs < around.toUs && !("stretch" in planOf([around], horizon))) return around;
    }
  return { fromUs: horizon.minute * 1e6, toUs: Math.max(horizon.minute * 1e6, range.toUs) };
};

const LEVEL_NAMES = {
  minute: "minute",
  quarter: "quarter_hour",
  day: "day",
  month: "month",
} as const satisfies Record<UsageTableLevel, UsageLevel>;

/** The finest level that a plan reads, as answers call it. */
export const finestOf = (plan: UsagePlan): UsageLevel =>
  LEVEL_NAMES[USAGE_LEVELS.find((level) => plan[level].length > 0) ?? "minute"];

/** After all that is ever booked, microseconds. */
const FOREVER_US = Date.UTC(2_200, 0) * 1_000;

/** All that is held of all time. */
export const everHeld = (horizon: UsageHorizon): UsagePlan => ({
  minute: [],
  quarter: [],
  day: [],
  month: [{ fromUs: horizon.month * 1e6, toUs: FOREVER_US }],
});
