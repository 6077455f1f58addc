import type { AgentResource } from "@masthead/shared/http/agent-resource";
import { afterAll, beforeAll, expect, it } from "vitest";
import { heartbeatCounters, usageOf } from "../support/agent-account.js";
import { Cleanup } from "../support/cleanup.js";
import { exchangesOf } from "../support/exchanges.js";
import type { Fleet, FleetAgent } from "../support/fleet.js";
import { ownTenant } from "../support/product.js";
import { expectAccounted, startRoleAgents, startRoleFleet } from "../support/role-agents.js";
import type { TracedPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const MADE = 1_000;
const TENANT = ownTenant("budget");
const cleanup = new Cleanup();
let fleet: Fleet;
let programs: TracedPrograms;
beforeAll(async () => {
  ({ fleet, programs } = await startRoleFleet(cleanup, { tenant: [{ header: "x-client-id" }] }));
});
afterAll(() => cleanup.run());

const headers = [`x-client-id: ${TENANT}`];
const resource = ({ id }: FleetAgent) => fleet.product.get<AgentResource>(`/v1/agents/${id}`);

it("beyond a budget of records usage is exact by tenant, exchanges are fewer, and nothing is lost", async () => {
  const agents = await startRoleAgents(fleet, "records", { MASTHEAD_BUDGET_RECORDS_PER_SECOND: "5" });
  const server = await programs.server();
  const client = programs.client(server, { connections: 10, rounds: MADE / 10, headers });
  await client.finish();
  expect(client.lines.at(-1)).toBe(String(MADE));
  const accounts = await expectAccounted(fleet.product, agents, MADE, []);
  expect(accounts.map(({ usage }) => usage)).toEqual([MADE, MADE]);
  for (const agent of agents) {
    const { items } = await usageOf(fleet.product, agent, agent.role, "tenant.id");
    expect(items.map(({ group, requests }) => [group["tenant.id"], requests])).toEqual([[TENANT, MADE]]);
  }
  await Promise.all(agents.map(({ program }) => program.stop()));
  const counted = await Promise.all(
    agents.map(async (agent) => (await heartbeatCounters(fleet.product, agent))["counted_only"] ?? 0),
  );
  const kept = await exchangesOf(fleet.product, TENANT);
  for (const [at, { role }] of agents.entries()) {
    const ofRole = kept.filter((exchange) => exchange.role === role).length;
    expect(ofRole, role).toBeGreaterThan(0);
    expect(ofRole, role).toBe(MADE - (counted[at] ?? 0));
    expect(counted[at], role).toBeGreaterThan(0);
  }
});

it("a target with which the budget cannot be held is suspended, and everybody gets to know", async () => {
  const agent = await fleet.startAgent("memory", {
    MASTHEAD_AGENT_LABELS: "sees=server",
    MASTHEAD_BUDGET_MEMORY_BYTES: String(1024 * 1024),
  });
  const server = await programs.server();
  const burst = async () => {
    const client = programs.client(server, { connections: 2, rounds: 10, headers });
    await client.finish();
    expect(client.lines.at(-1)).toBe("20");
  };
  const suspended = await until("a suspension", async () => {
    await burst();
    const found = await resource(agent);
    return found.suspensions.length > 0 && found;
  });
  expect(suspended.suspensions).toEqual([
    { executable: programs.executable.server, reason: "memory", since: expect.any(String) },
  ]);
  expect(suspended.health.status).toBe("degraded");
  expect(suspended.health.reasons.join()).toContain("suspended by the budget (memory)");
  expect(suspended.coverage.find(({ pid }) => pid === server.pid)).toMatchObject({
    state: "not_captured",
    reason: "suspended_by_budget",
  });
  const settled = await until("what came before to be settled", async () => {
    const { ledger } = await resource(agent);
    return ledger.pending === 0 && ledger;
  });
  await burst();
  await agent.program.stop();
  const stopped = await until("its last report", async () => {
    const found = await resource(agent);
    return found.stopped && found;
  });
  expect(stopped.ledger).toEqual(settled);
  expect(stopped.ledger).toMatchObject({ lost: 0, committed: stopped.ledger.captured });
  expect(stopped.suspensions[0]?.until).toEqual(expect.any(String));
  const { meta } = await usageOf(fleet.product, agent, "server");
  expect(meta.completeness.gaps).toEqual([
    {
      agentId: agent.id,
      from: stopped.suspensions[0]?.since,
      to: stopped.suspensions[0]?.until,
      reason: "agent/suspended",
    },
  ]);
});
