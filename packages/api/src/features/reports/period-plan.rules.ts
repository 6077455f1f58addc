import { planOf, type UsageHorizon, type UsagePlan } from "../usage/index.js";
import { hoursOf, type Period } from "./period.rules.js";

/** What the parts of a report are read from. */
export interface PeriodPlan {
  readonly whole: UsagePlan;
  /** by days of a month, by hours of a day */
  readonly parts: UsagePlan;
  /** null: hours are no longer held */
  readonly hours: UsagePlan | null;
}

/** @returns undefined where not all that a report says over time is still held */
export const planOfPeriod = (period: Period, horizon: UsageHorizon): PeriodPlan | undefined => {
  const read = (starts: readonly number[]) => {
    const stretches = starts.map((from, i) => ({
      fromUs: from * 1e6,
      toUs: (starts[i + 1] ?? period.to) * 1e6,
    }));
    const plan = planOf(stretches, horizon);
    return "stretch" in plan ? undefined : plan;
  };
  const [whole, parts] = [read([period.from]), read(period.starts)];
  const hours = read(hoursOf(period).map(({ start }) => start));
  return whole && parts && { whole, parts, hours: hours ?? null };
};

export const plansOf = ({ whole, parts, hours }: PeriodPlan): UsagePlan[] => [
  whole,
  parts,
  ...(hours ? [hours] : []),
];
