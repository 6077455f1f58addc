import type { Suspension } from "@masthead/shared/wire/heartbeat";
import type { Logger } from "../log.js";
import { type Budget, BudgetController, type BudgetReading } from "./budget-controller.js";
import { Suspensions } from "./suspensions.js";
import type { Target } from "./target-load.js";

/** What the budget asks of a source. */
export interface BudgetedSource {
  /** what waits in the ring, 0 to 1, and how many requests were told in detail so far */
  load(): { ringShare: number; detailed: number };
  /** @throws NativeError */
  limitDetail(perSecond: number): void;
  /** the executable that caused most records in this count */
  costliest(except: (target: Target) => boolean): Target | undefined;
  /** Begins a new count. */
  countAnew(): void;
  /** Of these nothing is captured from now on. @throws NativeError with what was before still in force */
  suspend(targets: readonly Target[]): void;
}

export interface BudgetKeeperOptions {
  budget: Budget;
  source: BudgetedSource;
  /** of a clock that never goes back */
  nowMs: () => number;
  nowUs: () => number;
  /** a target went or came back: the next report is due now */
  onEvent: () => void;
  log: Pick<Logger, "warn" | "info">;
  /** CPU time of this process in milliseconds, and what it has resident */
  usage?: () => { cpuMs: number; residentBytes: number };
}

/** Puts into force what the controller decides. */
export class BudgetKeeper {
  readonly #controller: BudgetController;
  readonly #suspensions = new Suspensions();
  readonly #usage: () => { cpuMs: number; residentBytes: number };
  #rate: number;
  #helpless: string | undefined;

  /** @throws NativeError */
  constructor(private readonly options: BudgetKeeperOptions) {
    const { budget, source } = options;
    this.#usage = options.usage ?? ownUsage;
    this.#rate = budget.recordsPerSecond;
    source.limitDetail(this.#rate);
    this.#controller = new BudgetController(budget, this.#reading());
  }

  /** Once a second. @throws NativeError; what was decided is tried again with the next one */
  tick(): void {
    const { source, log } = this.options;
    const suspended = this.#suspensions.targets.length > 0;
    const { recordsPerSecond, next, over } = this.#controller.step(this.#reading(), suspended);
    if (recordsPerSecond !== this.#rate) {
      source.limitDetail(recordsPerSecond);
      log.info({ recordsPerSecond, over }, "budget: another rate of detail");
      this.#rate = recordsPerSecond;
    }
    if (over.length === 0) {
      this.#helpless = undefined;
      source.countAnew();
    }
    if (next === "suspend") this.#suspend(over.join(" and "));
    if (next === "calm") this.#return();
  }

  /** The run ends, and with it what is suspended. */
  stop(): void {
    for (const { key } of this.#suspensions.targets) {
      this.#suspensions.end({ key }, this.options.nowMs(), this.options.nowUs());
    }
  }

  get events(): readonly Suspension[] {
    return this.#suspensions.events;
  }

  get counters(): Record<string, number> {
    return {
      budget_records_per_second: this.#rate,
      targets_suspended: this.#suspensions.targets.length,
    };
  }

  /** Why the agent does not do all that it should; empty: it does. */
  degraded(): string[] {
    const reasons = this.#suspensions.current.map(
      ({ executable, reason }) => `suspended by the budget (${reason}): ${executable}`,
    );
    if (this.#helpless !== undefined)
      reasons.push(`above the budget (${this.#helpless}), and no target is left that could be suspended`);
    return reasons;
  }

  #suspend(reason: string): void {
    const { source, nowMs, nowUs, log, onEvent } = this.options;
    const target = this.#suspensions.isFull ? undefined : source.costliest(this.#suspensions.has);
    if (target === undefined) {
      this.#helpless = reason;
      return;
    }
    const sinceUs = nowUs();
    source.suspend([...this.#suspensions.targets, target]);
    this.#suspensions.begin(target, reason, nowMs(), sinceUs);
    source.countAnew();
    log.warn({ executable: target.path, reason }, "budget: suspended the costliest target");
    onEvent();
  }

  #return(): void {
    const { source, nowMs, nowUs, log, onEvent } = this.options;
    const target = this.#suspensions.due(nowMs());
    if (target === undefined) return;
    source.suspend(this.#suspensions.targets.filter(({ key }) => key !== target.key));
    this.#suspensions.end(target, nowMs(), nowUs());
    log.warn({ executable: target.path }, "budget: a target is captured again");
    onEvent();
  }

  #reading(): BudgetReading {
    return { nowMs: this.options.nowMs(), ...this.#usage(), ...this.options.source.load() };
  }
}

function ownUsage(): { cpuMs: number; residentBytes: number } {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() };
}
