import { Command } from "commander";
import { z } from "zod";
import type { CommandContext } from "./context.js";
import { listAll, readAnswer } from "./listing.js";
import { ago, printable, textTable } from "./text-table.js";

/** What the command reads of an agent; the rest passes through to `--json`. */
const agentSchema = z.looseObject({
  id: z.string(),
  hostname: z.string(),
  labels: z.record(z.string(), z.string()),
  version: z.string(),
  kernel: z.string(),
  lastSeenAt: z.string(),
  health: z.looseObject({ status: z.string(), reasons: z.array(z.string()) }),
  policy: z.looseObject({
    desired: z.number(),
    attempted: z.number(),
    attemptedResult: z.string(),
    attemptedError: z.string().nullish(),
    effective: z.number(),
  }),
  coverage: z.array(
    z.looseObject({
      pid: z.number(),
      executable: z.string(),
      serviceName: z.string().nullish(),
      state: z.string(),
      runtime: z.string().nullish(),
      reason: z.string().nullish(),
      notes: z.array(z.string()).nullish(),
    }),
  ),
  losses: z.array(z.looseObject({ stage: z.string(), reason: z.string(), count: z.number().nullish() })),
});
type Agent = z.infer<typeof agentSchema>;
/** Lists leave out what is long. */
const agentItemSchema = agentSchema.partial({ coverage: true, losses: true });

const policyText = ({ policy }: Pick<Agent, "policy">): string => {
  if (policy.attemptedResult === "failed") return `${policy.effective} (${policy.attempted} failed)`;
  return policy.effective === policy.desired
    ? String(policy.effective)
    : `${policy.effective} of ${policy.desired}`;
};

const describe = (agent: Agent, nowMs: number): string => {
  const labels = Object.entries(agent.labels).map(([name, value]) => `${name}=${value}`);
  const facts: [string, string][] = [
    ["id", agent.id],
    ["host", agent.hostname],
    ["labels", labels.join(" ") || "none"],
    ["version", agent.version],
    ["kernel", agent.kernel],
    ["last seen", `${agent.lastSeenAt} (${ago(agent.lastSeenAt, nowMs)})`],
    ["health", [agent.health.status, ...agent.health.reasons].join("; ")],
    ["policy", policyText(agent)],
    ...(agent.policy.attemptedError
      ? [["failed because", agent.policy.attemptedError] as [string, string]]
      : []),
  ];
  const losses = agent.losses.map((loss) => [
    loss.stage,
    loss.reason,
    loss.count == null ? "unknown" : String(loss.count),
  ]);
  const coverage = agent.coverage.map((entry) => [
    String(entry.pid),
    entry.serviceName ?? "",
    entry.state,
    entry.runtime ?? "",
    entry.reason ?? "",
    (entry.notes ?? []).join(", "),
    entry.executable,
  ]);
  return [
    facts.map(([name, value]) => `${`${name}:`.padEnd(16)}${printable(value)}`).join("\n"),
    losses.length === 0 ? "losses:         none" : textTable(["STAGE", "REASON", "EXCHANGES"], losses),
    coverage.length === 0
      ? "coverage:       none"
      : textTable(["PID", "SERVICE", "STATE", "RUNTIME", "WHY NOT", "NOTES", "EXECUTABLE"], coverage),
  ].join("\n\n");
};

/** `masthead agents …` */
export const agentsCommand = (context: CommandContext): Command => {
  const agents = new Command("agents").description(
    "agents: where they run, what they capture and what they lost",
  );

  agents
    .command("list")
    .description("every agent")
    .action(async () => {
      const items = await listAll(context.client(), "/v1/agents", agentItemSchema);
      context.print(items, () =>
        textTable(
          ["ID", "HOST", "HEALTH", "POLICY", "LAST SEEN", "VERSION", "KERNEL"],
          items.map((agent) => [
            agent.id,
            agent.hostname,
            agent.health.status,
            policyText(agent),
            ago(agent.lastSeenAt, context.nowMs()),
            agent.version,
            agent.kernel,
          ]),
        ),
      );
    });

  agents
    .command("get")
    .argument("<id>", "id of the agent")
    .description("one agent, with its coverage and losses")
    .action(async (id: string) => {
      const answer = await context
        .client()
        .send({ method: "GET", path: `/v1/agents/${encodeURIComponent(id)}` });
      const agent = readAnswer(agentSchema, answer);
      context.print(agent, () => describe(agent, context.nowMs()));
    });

  return agents;
};
