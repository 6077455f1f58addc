import type { Loss } from "@masthead/shared/wire/ledger";
import type { CaptureSession } from "../capture/native-session.js";

/** Names of `enum counter` of bpf/include/record.h, in its order; a test compares. */
export const KERNEL_COUNTERS = [
  "captured",
  "lost_ring",
  "lost_assembly",
  "lost_scratch",
  "lost_connections",
  "lost_pipeline",
  "lost_read",
  "lost_calls",
  "records_dropped",
  "records_sent",
  "not_http",
  "http2",
  "mid_stream",
  "resync",
  "truncated_heads",
  "helper_failed",
  "probe_hits",
  "tie_mismatches",
  "counted_only",
  "aggregated",
  "lost_aggregate",
] as const;
export type KernelCounter = (typeof KERNEL_COUNTERS)[number];

const LOSS_OF: readonly (readonly [KernelCounter, stage: string, reason: string])[] = [
  ["lost_ring", "ring", "full"],
  ["lost_assembly", "assembly", "full"],
  ["lost_scratch", "scratch", "busy"],
  ["lost_connections", "connections", "full"],
  ["lost_pipeline", "pipeline", "too_deep"],
  ["lost_read", "read", "fault"],
  ["lost_calls", "calls", "full"],
  ["lost_aggregate", "aggregate", "unpaired"],
];
const INDEX = new Map(KERNEL_COUNTERS.map((name, index) => [name, index]));

/** One counter of the values as the session reads them. */
export const counterOf = (values: readonly number[], name: KernelCounter): number =>
  values[INDEX.get(name) ?? -1] ?? 0;

/** What the kernel captured and what it lost, in exchanges, by the names of the ledger. */
export const kernelAccount = (values: readonly number[]): { captured: number; lost: Loss[] } => ({
  captured: counterOf(values, "captured"),
  lost: LOSS_OF.map(([name, stage, reason]) => ({ stage, reason, count: counterOf(values, name) })),
});

/** Records that the kernel put into the ring, and those that found no room there. */
export const recordsWritten = (values: readonly number[]): { sent: number; dropped: number } => ({
  sent: counterOf(values, "records_sent"),
  dropped: counterOf(values, "records_dropped"),
});

/** What the kernel counted and how the hand-off fares, by the names under which it is reported. */
export function sessionCounters(
  session: Pick<CaptureSession, "counters" | "statistics">,
): Record<string, number> {
  const values = session.counters();
  const { handoffStalls, handoffBytes, ringBytes } = session.statistics();
  return {
    ...Object.fromEntries(KERNEL_COUNTERS.map((name) => [name, counterOf(values, name)])),
    handoff_stalls: handoffStalls,
    handoff_bytes: handoffBytes,
    ring_bytes: ringBytes,
  };
}
