import { runningExecutable } from "../attach/processes/running-executable.js";
import type { BudgetedSource } from "../budget/budget-keeper.js";
import { type Target, TargetLoad } from "../budget/target-load.js";
import type { CaptureSession } from "../capture/native-session.js";
import { fileKey } from "../capture/policy-bytes.js";
import type { PolicyTables } from "../capture/policy-tables.js";
import { counterOf } from "./kernel-counters.js";

/** The kernel as the budget sees it: what it sends, for whom, and how it is told to send less. */
export class KernelBudget implements BudgetedSource {
  /** to be told of records and processes */
  readonly targets = new TargetLoad();
  #suspended: ReadonlySet<string> = new Set();

  constructor(
    private readonly session: Pick<CaptureSession, "counters" | "statistics">,
    private readonly tables: Pick<PolicyTables, "limitDetail" | "suspend">,
    private readonly ringBytes: number,
    /** some that were suspended are captured again */
    private readonly onReturn: () => void,
  ) {}

  load(): { ringShare: number; detailed: number } {
    const values = this.session.counters();
    return {
      ringShare: this.session.statistics().ringBytes / this.ringBytes,
      detailed:
        counterOf(values, "captured") - counterOf(values, "counted_only") - counterOf(values, "aggregated"),
    };
  }

  limitDetail(perSecond: number): void {
    this.tables.limitDetail(perSecond);
  }

  costliest(except: (target: Target) => boolean): Target | undefined {
    return this.targets.costliest(except);
  }

  countAnew(): void {
    this.targets.restart();
  }

  suspend(targets: readonly Target[]): void {
    this.tables.suspend(targets.map(({ file }) => file));
    const before = this.#suspended;
    this.#suspended = new Set(targets.map(({ key }) => key));
    if ([...before].some((key) => !this.#suspended.has(key))) this.onReturn();
  }

  /** Is nothing captured of this process for now? */
  isSuspended(pid: number): boolean {
    if (this.#suspended.size === 0) return false;
    const running = runningExecutable(pid);
    return running !== undefined && this.#suspended.has(fileKey(running.file));
  }
}
