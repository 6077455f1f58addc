import { afterAll, beforeAll, expect, it } from "vitest";
import { heartbeatCounters, reportedLost, usageOf } from "../support/agent-account.js";
import { Cleanup } from "../support/cleanup.js";
import type { Fleet, FleetAgent } from "../support/fleet.js";
import { expectAccounted, startRoleAgents, startRoleFleet } from "../support/role-agents.js";
import type { TracedPrograms } from "../support/traced-programs.js";

const cleanup = new Cleanup();
let fleet: Fleet;
let programs: TracedPrograms;
beforeAll(async () => {
  ({ fleet, programs } = await startRoleFleet(cleanup, {
    headers: { request: [{ name: "x-fill", action: "keep" }] },
    tenant: [{ header: "x-client-id" }],
  }));
});
afterAll(() => cleanup.run());

const stopAll = (agents: readonly FleetAgent[]) => Promise.all(agents.map(({ program }) => program.stop()));

it("hand-off: what JavaScript has no room for waits in the ring, and nothing is lost", async () => {
  const agents = await startRoleAgents(fleet, "handoff", { MASTHEAD_HANDOFF_BYTES: "65536" });
  const server = await programs.server();
  for (const { program } of agents) process.kill(program.pid, "SIGSTOP");
  // More than one crossing into JavaScript takes, which alone is more than the bound.
  const fill = `x-fill: ${"f".repeat(1000)}`;
  const client = programs.client(server, { connections: 10, rounds: 50, headers: [fill] });
  await client.finish();
  expect(client.lines.at(-1)).toBe("500");
  for (const { program } of agents) process.kill(program.pid, "SIGCONT");
  await expectAccounted(fleet.product, agents, 500, []);
  for (const agent of agents) {
    const { handoff_stalls } = await heartbeatCounters(fleet.product, agent);
    expect(handoff_stalls, agent.id).toBeGreaterThan(0);
  }
  await stopAll(agents);
});

it("pairing/full: more requests wait for their response than the agent holds", async () => {
  const agents = await startRoleAgents(fleet, "pairing", { MASTHEAD_OPEN_EXCHANGES: "16" });
  const server = await programs.server();
  const client = programs.client(server, { connections: 40, rounds: 1, kind: "held" });
  await client.line((line) => line === "sent");
  await reportedLost(fleet.product, agents, 24);
  process.kill(server.pid, "SIGUSR1");
  await client.finish();
  expect(client.lines.at(-1)).toBe("40");
  const accounts = await expectAccounted(fleet.product, agents, 40, ["pairing/full"]);
  expect(accounts.map(({ usage }) => usage)).toEqual([16, 16]);
  await stopAll(agents);
});

it("usage/full: more series than a window may hold, folded ones included", async () => {
  const agents = await startRoleAgents(fleet, "series", { MASTHEAD_USAGE_SERIES: "4" });
  const server = await programs.server();
  // A tenant for each request; tenants are not folded together.
  const headers = ["x-client-id: tenant-{n}"];
  const client = programs.client(server, { connections: 10, rounds: 10, headers });
  await client.finish();
  expect(client.lines.at(-1)).toBe("100");
  const accounts = await expectAccounted(fleet.product, agents, 100, ["usage/full"]);
  for (const { losses } of accounts) expect(losses["usage/full"]).toBeGreaterThan(0);
  for (const agent of agents) {
    const { items } = await usageOf(fleet.product, agent, agent.role, "url.template");
    const folded = items.find(({ group }) => group["url.template"] === "__other__");
    expect(folded?.requests, agent.id).toBeGreaterThan(0);
  }
  await stopAll(agents);
});
