import type { AgentResource } from "@masthead/client";
import { Command } from "commander";
import { ago } from "./ago.js";
import { allOf } from "./all-of.js";
import type { CommandContext } from "./context.js";
import { countText } from "./number-text.js";
import { printable } from "./printable.js";
import { type Column, table } from "./table.js";
import type { Look } from "./terminal.js";

const policyText = ({ policy }: AgentResource): string => {
  if (policy.attemptedResult === "failed") return `${policy.effective} (${policy.attempted} failed)`;
  return policy.effective === policy.desired
    ? String(policy.effective)
    : `${policy.effective} of ${policy.desired}`;
};

const LOSSES: readonly Column<AgentResource["losses"][number]>[] = [
  { title: "STAGE", cell: ({ stage }) => stage },
  { title: "REASON", cell: ({ reason }) => reason },
  { title: "EXCHANGES", align: "right", cell: ({ count }) => countText(count) },
];

const COVERAGE: readonly Column<AgentResource["coverage"][number]>[] = [
  { title: "PID", align: "right", cell: ({ pid }) => String(pid) },
  { title: "SERVICE", cell: ({ serviceName = "" }) => serviceName },
  { title: "STATE", cell: ({ state }) => state },
  { title: "RUNTIME", cell: ({ runtime = "" }) => runtime },
  { title: "WHY NOT", cell: ({ reason = "" }) => reason },
  { title: "NOTES", cell: ({ notes = [] }) => notes.join(", ") },
  { title: "EXECUTABLE", cell: ({ executable }) => executable },
];

const describe = (agent: AgentResource, look: Look, nowMs: number): string => {
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
  return [
    facts.map(([name, value]) => `${`${name}:`.padEnd(16)}${printable(value)}`).join("\n"),
    agent.losses.length === 0 ? "losses:         none" : table(LOSSES, agent.losses, look),
    agent.coverage.length === 0 ? "coverage:       none" : table(COVERAGE, agent.coverage, look),
  ].join("\n\n");
};

const columns = (nowMs: number): readonly Column<AgentResource>[] => [
  { title: "ID", cell: ({ id }) => id },
  { title: "HOST", cell: ({ hostname }) => hostname },
  {
    title: "HEALTH",
    cell: ({ health }) => health.status,
    style: ({ health }) => (health.status === "ok" ? undefined : "red"),
  },
  { title: "POLICY", cell: policyText },
  { title: "LAST SEEN", cell: ({ lastSeenAt }) => ago(lastSeenAt, nowMs) },
  { title: "VERSION", spare: 1, cell: ({ version }) => version },
  { title: "KERNEL", spare: 2, cell: ({ kernel }) => kernel },
];

/** `masthead agents …` */
export const agentsCommand = (context: CommandContext): Command => {
  const agents = new Command("agents").description(
    "agents: where they run, what they capture and what they lost",
  );

  agents
    .command("list")
    .description("every agent")
    .addHelpText("after", "\nExample:\n  masthead agents list --json | jq '.[].policy'")
    .action(async () => {
      const items = await allOf(context.api().agents.all());
      context.print(items, () => table(columns(context.nowMs()), items, context.look));
    });

  agents
    .command("get")
    .argument("<id>", "id of the agent")
    .description("one agent, with its coverage and losses")
    .addHelpText("after", "\nExample:\n  masthead agents get web-1")
    .action(async (id: string) => {
      const agent = await context.api().agents.get(id);
      context.print(agent, () => describe(agent, context.look, context.nowMs()));
    });

  return agents;
};
