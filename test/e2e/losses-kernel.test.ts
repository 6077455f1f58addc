import { waitingThreads } from "@masthead/agent/attach/waiting/thread-wait";
import { afterAll, beforeAll, expect, it } from "vitest";
import { reportedLost } from "../support/agent-account.js";
import { Cleanup } from "../support/cleanup.js";
import type { Fleet, FleetAgent } from "../support/fleet.js";
import { expectAccounted, startRoleAgents, startRoleFleet } from "../support/role-agents.js";
import type { TracedPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
let fleet: Fleet;
let programs: TracedPrograms;
beforeAll(async () => {
  ({ fleet, programs } = await startRoleFleet(cleanup));
});
afterAll(() => cleanup.run());

const startAgents = (name: string, environment: Record<string, string>) =>
  startRoleAgents(fleet, name, environment);

const stopAll = (agents: readonly FleetAgent[]) => Promise.all(agents.map(({ program }) => program.stop()));

it("ring/full: the reader stands still until the ring is full", async () => {
  const agents = await startAgents("ring", { MASTHEAD_RING_BYTES: "65536" });
  const server = await programs.server();
  const request = async (rounds: number) => {
    const client = programs.client(server, { connections: 10, rounds });
    await client.finish();
    expect(client.lines.at(-1)).toBe(String(10 * rounds));
  };
  // Before it is full: what other programs of this host start and end is in the ring, too.
  await request(1);
  for (const { program } of agents) process.kill(program.pid, "SIGSTOP");
  await request(100);
  for (const { program } of agents) process.kill(program.pid, "SIGCONT");
  const accounts = await expectAccounted(fleet.product, agents, 1010, ["ring/full", "ring/response_lost"]);
  for (const { usage, losses, health } of accounts) {
    expect(losses["ring/full"]).toBeGreaterThan(0);
    expect(health).toEqual({ status: "degraded", reasons: [expect.stringContaining("ring/full")] });
    expect(usage).toBeGreaterThan(0);
  }
  await stopAll(agents);
});

it("assembly/full: more half heads than there is room for", async () => {
  const agents = await startAgents("assembly", { MASTHEAD_KERNEL_HEADS: "16" });
  const server = await programs.server();
  const client = programs.client(server, { connections: 40, rounds: 1, split: true });
  await client.line((line) => line === "sent");
  await reportedLost(fleet.product, agents, 24);
  await client.finish();
  expect(client.lines.at(-1)).toBe("40");
  const accounts = await expectAccounted(fleet.product, agents, 40, ["assembly/full"]);
  expect(accounts.map(({ usage }) => usage)).toEqual([16, 16]);
  await stopAll(agents);
});

it("connections/full: more connections than the table holds", async () => {
  const agents = await startAgents("connections", { MASTHEAD_KERNEL_CONNECTIONS: "16" });
  const server = await programs.server();
  const client = programs.client(server, { connections: 40, rounds: 5 });
  await client.finish();
  expect(client.lines.at(-1)).toBe("200");
  const accounts = await expectAccounted(fleet.product, agents, 200, ["connections/full"]);
  expect(accounts.map(({ usage }) => usage)).toEqual([80, 80]);
  await stopAll(agents);
});

it("calls/full: more threads wait in a read than the table holds", async () => {
  const agents = await startAgents("calls", { MASTHEAD_KERNEL_CALLS: "8", MASTHEAD_TLS_SEEN_AT: "call" });
  const server = await programs.server();
  const client = programs.client(server, { connections: 24, rounds: 10, kind: "held" });
  await client.line((line) => line === "sent");
  await until(
    "all threads of the client to wait in a read",
    () => waitingThreads(client.pid, 100).length >= 24,
  );
  process.kill(server.pid, "SIGUSR1");
  await client.finish();
  expect(client.lines.at(-1)).toBe("240");
  const names = ["calls/full", "ring/response_lost"];
  const [seenByServer, seenByClient] = await expectAccounted(fleet.product, agents, 240, names);
  // A server does not see the request, a client not the response.
  expect(seenByServer?.losses["calls/full"]).toBeGreaterThan(0);
  expect(seenByClient?.losses["ring/response_lost"]).toBeGreaterThan(0);
  await stopAll(agents);
});
