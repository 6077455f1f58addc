import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import type { Fleet, FleetAgent } from "../support/fleet.js";
import { expectAccounted, startRoleAgents, startRoleFleet } from "../support/role-agents.js";
import type { TracedPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
let fleet: Fleet;
let programs: TracedPrograms;
beforeAll(async () => {
  ({ fleet, programs } = await startRoleFleet(cleanup, { tenant: [{ header: "x-client-id" }] }));
});
afterAll(() => cleanup.run());

/** Batches in the spool of the agent's run. */
const spooled = ({ home, epoch }: FleetAgent): string[] =>
  readdirSync(join(home, "spool", String(epoch))).filter((name) => name.endsWith(".json.gz"));

it("spool/full: NATS is away until the spool is at its limit, and comes back", async () => {
  const agents = await startRoleAgents(fleet, "spool", { MASTHEAD_SPOOL_BYTES: "12000" });
  const server = await programs.server();
  const request = async (connections: number, rounds: number) => {
    const headers = ["x-client-id: tenant-{n}"];
    const client = programs.client(server, { connections, rounds, headers });
    await client.finish();
    expect(client.lines.at(-1)).toBe(String(connections * rounds));
  };
  await fleet.stopNats();
  await request(10, 1);
  for (const agent of agents) await until(`a batch of ${agent.id}`, () => spooled(agent).length > 0);
  await request(10, 100);
  await fleet.startNats();
  const accounts = await expectAccounted(fleet.product, agents, 1010, ["spool/full"]);
  for (const { usage, losses } of accounts) {
    expect(losses["spool/full"]).toBeGreaterThan(0);
    expect(usage).toBeGreaterThanOrEqual(10);
  }
  // What was committed is freed, so that there is room again.
  for (const agent of agents)
    await until(`the spool of ${agent.id} freed`, () => spooled(agent).length === 0);
  await request(10, 1);
  const after = await expectAccounted(fleet.product, agents, 1020, ["spool/full"]);
  expect(after.map(({ losses }) => losses)).toEqual(accounts.map(({ losses }) => losses));
  await Promise.all(agents.map(({ program }) => program.stop()));
});
