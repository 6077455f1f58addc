import type { PolicyPlan } from "./policy-plan.js";

/** Combinations of target items that are remembered; more than a host has kinds of processes. */
const REMEMBERED_MAX = 1_024;

interface PlanOfItems {
  plan: PolicyPlan;
  /** target items of the policy: it may govern where one of them held */
  low: number;
  high: number;
}

/** The policies of one generation, in the order in which they are asked. */
export class GenerationPlans {
  private readonly plans: PlanOfItems[];
  private readonly remembered = new Map<number, Map<number, readonly PolicyPlan[]>>();
  private count = 0;

  /**
   * @param ordered first whoever governs first, with the 64-bit mask of its target items
   * @param hostRule rule id of the header `host`; undefined where no policy reads it
   */
  constructor(
    readonly generation: number,
    ordered: readonly { plan: PolicyPlan; items: bigint }[],
    readonly hostRule: number | undefined,
    /** headers that the kernel sums up where it counts, by place and rule id */
    readonly measures: readonly { direction: "request" | "response"; rule: number }[] = [],
  ) {
    this.plans = ordered.map(({ plan, items }) => ({
      plan,
      low: Number(items & 0xffff_ffffn) | 0,
      high: Number(items >> 32n) | 0,
    }));
  }

  /** Policies that may govern where the items of this mask held. */
  of(low: number, high: number): readonly PolicyPlan[] {
    const known = this.remembered.get(high)?.get(low);
    if (known !== undefined) return known;
    const plans = this.plans
      .filter((each) => (each.low & low) !== 0 || (each.high & high) !== 0)
      .map((each) => each.plan);
    this.remember(low, high, plans);
    return plans;
  }

  private remember(low: number, high: number, plans: readonly PolicyPlan[]): void {
    if (this.count >= REMEMBERED_MAX) {
      this.remembered.clear();
      this.count = 0;
    }
    const ofHigh = this.remembered.get(high) ?? new Map<number, readonly PolicyPlan[]>();
    this.remembered.set(high, ofHigh.set(low, plans));
    this.count += 1;
  }
}
