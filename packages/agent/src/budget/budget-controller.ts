/** What the agent may take of its host. */
export interface Budget {
  /** of one CPU; 2: two CPUs */
  cpuShare: number;
  /** resident */
  memoryBytes: number;
  /** requests that the kernel tells in detail */
  recordsPerSecond: number;
}

/** What it takes, as of one moment. */
export interface BudgetReading {
  /** of a clock that never goes back */
  nowMs: number;
  /** CPU time since the start, user and system */
  cpuMs: number;
  residentBytes: number;
  /** of the ring that waits to be read, 0 to 1 */
  ringShare: number;
  /** requests that were told in detail since the start */
  detailed: number;
}

export type BudgetBound = "cpu" | "memory" | "ring";

/** What is to be done. `suspend`: detail alone does not help, the costliest target goes. `calm`: one may come back. */
export interface BudgetDecision {
  recordsPerSecond: number;
  next?: "suspend" | "calm";
  /** which bounds are crossed now */
  over: BudgetBound[];
}

export const LOWEST_PER_SECOND = 1;
/** Readings in a row. */
export const SUSPEND_AFTER = 5;
export const CALM_AFTER = 5;
/** Between this share of a bound and the bound itself nothing changes, so that a rate does not swing. */
const NEAR = 0.9;
/** The kernel itself leaves out detail beyond three quarters. */
const RING_OVER = 0.5;

/**
 * Holds the agent to its budget, once a second: above it, detail is halved; well below it, detail comes back by half as much again. No
 * clock and no kernel in here.
 */
export class BudgetController {
  #rate: number;
  #last: BudgetReading;
  #calm = 0;
  #strained = 0;

  constructor(
    private readonly budget: Budget,
    first: BudgetReading,
  ) {
    this.#rate = budget.recordsPerSecond;
    this.#last = first;
  }

  /** @param suspended some target is: detail stays as it is, since usage that is complete again comes first */
  step(reading: BudgetReading, suspended: boolean): BudgetDecision {
    const seconds = (reading.nowMs - this.#last.nowMs) / 1000;
    if (seconds <= 0) return { recordsPerSecond: this.#rate, over: [] };
    const shares = this.#shares(reading, seconds);
    const detailed = (reading.detailed - this.#last.detailed) / seconds;
    this.#last = reading;
    const over = shares.filter(([, share]) => share > 1).map(([bound]) => bound);
    if (over.length > 0) return this.#strain(over, detailed);
    this.#strained = 0;
    this.#calm = shares.some(([, share]) => share > NEAR) ? 0 : this.#calm + 1;
    if (this.#calm < CALM_AFTER) return { recordsPerSecond: this.#rate, over };
    this.#calm = 0;
    if (!suspended) this.#rate = Math.min(this.budget.recordsPerSecond, Math.ceil(this.#rate * 1.5));
    return { recordsPerSecond: this.#rate, over, next: "calm" };
  }

  #strain(over: BudgetBound[], detailed: number): BudgetDecision {
    this.#calm = 0;
    if (this.#rate > LOWEST_PER_SECOND) {
      const half = Math.floor(Math.min(this.#rate, detailed) / 2);
      this.#rate = Math.max(LOWEST_PER_SECOND, half);
      return { recordsPerSecond: this.#rate, over };
    }
    this.#strained += 1;
    if (this.#strained < SUSPEND_AFTER) return { recordsPerSecond: this.#rate, over };
    this.#strained = 0;
    return { recordsPerSecond: this.#rate, over, next: "suspend" };
  }

  /** What is taken of each bound; 1: all of it. */
  #shares({ cpuMs, residentBytes, ringShare }: BudgetReading, seconds: number): [BudgetBound, number][] {
    const cpuShare = (cpuMs - this.#last.cpuMs) / 1000 / seconds;
    return [
      ["cpu", cpuShare / this.budget.cpuShare],
      ["memory", residentBytes / this.budget.memoryBytes],
      ["ring", ringShare / RING_OVER],
    ];
  }
}
