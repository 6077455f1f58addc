import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { CoverageReport } from "../attach/coverage/coverage.js";
import type { BudgetedSource } from "../budget/budget-keeper.js";
import type { LinkKind } from "../capture/native-session.js";
import type { Exchange } from "../exchange.js";
import type { LossCounts } from "../losses.js";
import type { UsageTotals } from "../meter/usage-totals.js";
import type { LedgerSources } from "../ship/ledger.js";

/** What a source needs of the agent around it. */
export interface SourceEvents {
  /** ended and governed */
  onExchange(exchange: Exchange): void;
  /** ended, governed and counted in the kernel. @param exchange stands for all of them @param windowStart Unix seconds */
  onTotals(exchange: Exchange, windowStart: number, totals: UsageTotals): void;
  /** something that an operator should read, and that stops nothing */
  onWarning(message: string, error?: unknown): void;
  losses: LossCounts;
  /** Unix microseconds of CLOCK_MONOTONIC nanoseconds */
  unixUs(monotonicNs: number): number;
}

/** Where exchanges come from: the kernel, or a recording where the host refuses BPF. */
export interface CaptureSource {
  readonly kind: "bpf" | "recorded";
  /** how its probes are linked; undefined where it has none */
  readonly link: LinkKind | undefined;
  readonly accounts: LedgerSources;
  readonly budget: BudgetedSource;
  /** Puts a policy set in force, whole. @throws Error in words; the set before stays in force */
  apply(set: PolicySet): void;
  /** Attaches and begins to deliver. Resolves when probes stand. */
  start(): Promise<void>;
  /** Once a second: looks for new processes and libraries, settles what dropped records left open. */
  tick(): void;
  /**
   * Records that the kernel sent, and those that have arrived; equal: nothing is on its way. `heldSinceUs`: it has counted
   * exchanges that were not taken yet, none of which ended before this Unix time.
   */
  progress(): { sent: number; received: number; heldSinceUs?: number };
  /** Takes no more from the ring, or takes again. */
  pause(): void;
  resume(): void;
  /** Delivers what is on its way, then ends. */
  stop(): Promise<void>;
  /** Detaches and frees everything. */
  close(): void;
  coverage(): CoverageReport;
  /** by name, for heartbeats */
  counters(): Record<string, number>;
  /** why this is not all that it should be; empty: it is */
  degraded(): string[];
}
