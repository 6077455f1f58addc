import { z } from "zod";
import { COVERAGE_NOTES, COVERAGE_REASONS } from "../wire/coverage-reasons.js";

const codes = (of: object): string =>
  Object.keys(of)
    .map((code) => `\`${code}\``)
    .join(", ");

/** An agent as `GET /v1/agents/{id}` answers it: what its last heartbeat said. */
export const agentResourceSchema = z.object({
  id: z.string().describe("The agent's id; stable over its runs."),
  hostname: z.string().describe("Name of its host."),
  hostId: z.string().describe("Id of its host, `host.id` of its exchanges."),
  labels: z.record(z.string(), z.string()).describe("Labels by which policies choose agents."),
  version: z.string().describe("Version of the agent."),
  kernel: z.string().describe("Release of the host's kernel."),
  source: z
    .enum(["bpf", "recorded"])
    .describe("`bpf`: captures; `recorded`: the host refuses BPF and the agent replays a recording."),
  epoch: z.int().describe("Its current run; grows with every start."),
  startedAt: z
    .string()
    .describe("When the first heartbeat of this run came: RFC 3339 in UTC with microseconds."),
  lastSeenAt: z.string().describe("When its last heartbeat was sent: RFC 3339 in UTC with microseconds."),
  completeUntil: z
    .string()
    .describe(
      "Every exchange of this agent that ended before is in its batches so far: RFC 3339 in UTC with microseconds.",
    ),
  stopped: z.boolean().describe("True: it stopped on purpose, and this is its last report."),
  health: z
    .object({
      status: z
        .enum(["ok", "degraded", "away"])
        .describe("`away`: it was stopped, or there was no heartbeat for 30 seconds."),
      reasons: z.array(z.string()).describe("Why it is not `ok`, in words."),
    })
    .describe("Whether it does all that it should."),
  policy: z
    .object({
      desired: z.int().describe("Revision of the fleet's newest policy set, which it should have."),
      attempted: z.int().describe("Revision of the set that it tried last; 0: none."),
      attemptedResult: z
        .enum(["none", "ok", "failed"])
        .describe("How that went. After `failed` the set in `effective` goes on."),
      attemptedError: z.string().optional().describe("Why it failed."),
      effective: z.int().describe("Revision of the set in force; 0: none, and nothing is captured."),
    })
    .describe("Where it stands with the fleet's policies; numbers are revisions of the fleet's counter."),
  coverage: z
    .array(
      z.object({
        pid: z.int().describe("Process id, as the agent sees it."),
        executable: z.string().describe("Path of its executable, or its name where no path is known."),
        serviceName: z.string().optional().describe("Its `service.name`."),
        containerId: z.string().optional().describe("Id of its container."),
        state: z
          .enum(["captured", "not_captured", "self"])
          .describe("`self`: a process of Masthead, never captured."),
        runtime: z
          .string()
          .optional()
          .describe("What its plaintext is read from, such as `openssl`; `socket`: it speaks no TLS."),
        link: z
          .string()
          .optional()
          .describe("Kind of probe: `uprobe_session`, `uprobe_multi`, `uprobe_perf` or `tracepoint`."),
        site: z
          .string()
          .optional()
          .describe(
            "`emulated`: the kernel emulates the probed instruction; `single_step`: it does not, which costs the process more.",
          ),
        reason: z
          .string()
          .optional()
          .describe(
            `Why it is not captured: a code, alone or as \`code: details\`. The codes: ${codes(COVERAGE_REASONS)}. An agent of another release may have others.`,
          ),
        notes: z
          .array(z.string())
          .optional()
          .describe(
            `What more is to be known of it, captured or not: codes, alone or as \`code: details\`. The codes: ${codes(COVERAGE_NOTES)}.`,
          ),
      }),
    )
    .describe("Which processes of the host are captured, and for the others, why not."),
  coverageOmitted: z.int().describe("Processes beyond the bound of `coverage`."),
  suspensions: z
    .array(
      z.object({
        executable: z.string().describe("Path of its executable."),
        reason: z.string().describe("What of the budget was crossed: `cpu`, `memory`, `ring`."),
        since: z.string().describe("When it began: RFC 3339 in UTC with microseconds."),
        until: z
          .string()
          .optional()
          .describe("When it ended: RFC 3339 in UTC with microseconds. Absent: it lasts."),
      }),
    )
    .describe(
      "Targets of which nothing was captured for a time in this run, since the agent's budget could not be held with them; the newest 64.",
    ),
  ledger: z
    .object({
      captured: z.int().describe("Exchanges seen in this run, from their request's head on."),
      committed: z.int().describe("Exchanges that the database holds, stored one by one or counted only."),
      pending: z.int().describe("Exchanges on their way, as of the last report."),
      lost: z.int().describe("Exchanges lost in this run, by whatever reason."),
    })
    .describe("The account of this run: captured = committed + lost + pending."),
  losses: z
    .array(
      z.object({
        stage: z.string().describe("Where exchanges were lost."),
        reason: z.string().describe("The bound or fault that lost them."),
        count: z.int().describe("How many, in this run."),
      }),
    )
    .describe("Losses of this run by stage and reason."),
  counters: z
    .record(z.string(), z.number())
    .optional()
    .describe(
      "Counters of the kernel programs and of the agent in this run, by name, as of the last report: for diagnosis, and not the same in every release.",
    ),
});
export type AgentResource = z.infer<typeof agentResourceSchema>;
