import { z } from "zod";
import { agentIdSchema, epochSchema } from "../ids.js";
import { ledgerSchema } from "./ledger.js";

const micros = z.int().nonnegative();
const text = (max: number) => z.string().max(max);

/** Notes that one coverage entry may have. */
export const COVERAGE_NOTES_MAX = 8;

export const coverageStateSchema = z.enum(["captured", "not_captured", "self"]);

export const coverageEntrySchema = z.object({
  pid: z.int().positive(),
  executable: text(4096),
  serviceName: text(256).optional(),
  containerId: text(128).optional(),
  state: coverageStateSchema,
  /** `openssl` …; `socket`: it speaks no TLS, and is captured in clear */
  runtime: text(64).optional(),
  /** `uprobe_session`, `uprobe_multi`, `uprobe_perf`, `tracepoint` */
  link: text(64).optional(),
  /** `emulated`: the kernel emulates the instruction; `single_step`: it does not */
  site: text(64).optional(),
  /** why not: a code of `COVERAGE_REASONS`, alone or as `code: details` */
  reason: text(256).optional(),
  /** what more is to be known of it: codes of `COVERAGE_NOTES`, alone or as `code: details` */
  notes: z.array(text(256)).max(COVERAGE_NOTES_MAX).optional(),
});
export type CoverageEntry = z.infer<typeof coverageEntrySchema>;

/** What the agent did with the policy set; numbers are revisions of the fleet's counter. */
export const policyStateSchema = z.object({
  desired: z.int().nonnegative(),
  attempted: z.int().nonnegative(),
  attemptedResult: z.enum(["none", "ok", "failed"]),
  attemptedError: text(1024).optional(),
  effective: z.int().nonnegative(),
});
export type PolicyState = z.infer<typeof policyStateSchema>;

/** Suspensions that a heartbeat tells of, the newest. */
export const SUSPENSIONS_MAX = 64;

/** A target of which nothing was captured for a time, since the agent's budget could not be held with it. */
export const suspensionSchema = z.object({
  executable: text(1024),
  /** what was crossed: `cpu`, `memory`, `ring`, or several, `cpu and memory` */
  reason: text(256),
  sinceUs: micros,
  /** absent: it lasts */
  untilUs: micros.optional(),
});
export type Suspension = z.infer<typeof suspensionSchema>;

/** State of one agent, sent every few seconds and at every change of its policy state. */
export const heartbeatSchema = z.object({
  v: z.literal(1),
  agentId: agentIdSchema,
  epoch: epochSchema,
  sentAtUs: micros,
  completeUntilUs: micros,
  /** when this run's probes stood and a first policy was in force; absent until then */
  capturingSinceUs: micros.optional(),
  /** last batch made, 0: none yet */
  lastSeq: z.int().nonnegative(),
  /** true: the agent stopped on purpose; this is its last report */
  final: z.boolean(),
  host: z.object({ id: text(128), name: text(256) }),
  labels: z.record(text(64), text(256)),
  version: text(64),
  kernel: text(128),
  /** `bpf`, or `recorded` where the host refuses BPF */
  source: z.enum(["bpf", "recorded"]),
  health: z.object({ status: z.enum(["ok", "degraded"]), reasons: z.array(text(512)).max(64) }),
  policy: policyStateSchema,
  coverage: z.array(coverageEntrySchema).max(4096),
  /** entries beyond the bound of `coverage` */
  coverageOmitted: z.int().nonnegative(),
  /** of this run, oldest first; absent: none */
  suspensions: z.array(suspensionSchema).max(SUSPENSIONS_MAX).optional(),
  ledger: ledgerSchema,
  /** the kernel's and the agent's counters by name */
  counters: z.record(text(64), z.number()),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;
