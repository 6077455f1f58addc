import { toRfc3339 } from "@masthead/shared/time";
import type { TimeRange } from "../../platform/http/instant.js";
import type { ApiError, ProblemItem } from "../../platform/http/problem.js";
import { USAGE_LEVELS, type UsageHorizon, type UsageTableLevel } from "./levels.rules.js";
import { nearestRange, planOf, type Uncovered } from "./usage-plan.rules.js";
import { type AskedIn, problem } from "./usage-question.rules.js";

const WORDS: Record<UsageTableLevel, string> = {
  minute: "minutes",
  quarter: "quarter-hours",
  day: "days of UTC",
  month: "months of UTC",
};

const since = (horizon: UsageHorizon, level: UsageTableLevel): string =>
  horizon[level] === 0 ? `${WORDS[level]} all` : `${WORDS[level]} since ${toRfc3339(horizon[level] * 1e6)}`;

/** What is said of a question that is no longer answered: what is held, and what can be asked instead. */
export const beyondRetention = (
  { stretch, needs }: Uncovered,
  range: TimeRange,
  horizon: UsageHorizon,
  asked: AskedIn,
): ApiError => {
  const held = `held are ${USAGE_LEVELS.map((level) => since(horizon, level)).join(", ")}`;
  const needed = `${toRfc3339(stretch.fromUs)} to ${toRfc3339(stretch.toUs)} is made of ${WORDS[needs]}`;
  return problem(
    asked,
    [
      {
        pointer: placeOf(stretch, range, horizon),
        message: `${needed}; ${held}; ${instead(stretch, range, horizon, needs)}`,
      },
    ],
    "beyond_retention",
  );
};

const isAnswered = (range: TimeRange, horizon: UsageHorizon): boolean =>
  !("stretch" in planOf([range], horizon));

const placeOf = (stretch: TimeRange, range: TimeRange, horizon: UsageHorizon): ProblemItem["pointer"] => {
  if (stretch.toUs <= range.fromUs) return "/compare";
  if (isAnswered(range, horizon)) return "/window";
  return stretch.fromUs === range.fromUs ? "/from" : "/to";
};

const instead = (
  stretch: TimeRange,
  range: TimeRange,
  horizon: UsageHorizon,
  needs: UsageTableLevel,
): string => {
  if (stretch.toUs <= range.fromUs) return "leave out the comparison, or ask for a later range";
  if (isAnswered(range, horizon))
    return `ask from ${toRfc3339(horizon[needs] * 1e6)} on, for wider windows, or in UTC`;
  const { fromUs, toUs } = nearestRange(range, horizon);
  return `the nearest range is from ${toRfc3339(fromUs)} to ${toRfc3339(toUs)}`;
};
