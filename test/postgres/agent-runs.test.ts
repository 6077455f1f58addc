import { recordHeartbeat } from "@masthead/api/features/agents/index";
import { NO_TENANT } from "@masthead/api/platform/db/scope";
import { type AgentResource, agentResourceSchema } from "@masthead/shared/http/agent-resource";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { agentIdSchema } from "@masthead/shared/ids";
import { toRfc3339 } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";
import { makeHeartbeat } from "./support/heartbeats.js";

/** What is said of an agent's runs, by what they reported last. */

let plane: TestControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

interface Run {
  final?: boolean;
  completeUntilUs?: number;
  capturingSinceUs?: number;
  captured?: number;
  pending?: number;
}
const time = (micros: number | undefined) => (micros === undefined ? null : toRfc3339(micros));
const report = async (agentId: string, epoch: number, run: Run) => {
  const now = toRfc3339(plane.clock.nowUs);
  const { final = false, captured = 0, pending = 0 } = run;
  await plane.database.open("owner").sql`
    insert into epochs (agent_id, epoch, first_seen_at, last_seen_at, complete_until, capturing_since, final, captured, pending)
    values (${agentId}, ${epoch}, ${now}::timestamptz, ${now}::timestamptz, ${time(run.completeUntilUs)}::timestamptz,
      ${time(run.capturingSinceUs)}::timestamptz, ${final}, ${captured}, ${pending})
    on conflict (agent_id, epoch) do update set captured = excluded.captured, pending = excluded.pending`;
};

it("what passed between a stop and the start that came after it is a gap, and nothing while the agent is stopped", async () => {
  const [stoppedUs, startedUs] = [plane.clock.nowUs - 20_000_000, plane.clock.nowUs - 5_000_000];
  const gaps = async () => {
    const usage = await plane.request("GET", "/v1/usage?filter%5Bagent.id%5D=web-7&window=total");
    return ((await usage.json()) as { meta: UsageMeta }).meta.completeness.gaps;
  };
  await report("web-7", 10, { final: true, completeUntilUs: stoppedUs });
  expect(await gaps()).toEqual([]);
  // One that never captured ends nothing.
  await report("web-7", 11, { final: true });
  await report("web-7", 12, { capturingSinceUs: startedUs, completeUntilUs: plane.clock.nowUs });
  expect(await gaps()).toEqual([
    { agentId: "web-7", from: toRfc3339(stoppedUs), to: toRfc3339(startedUs), reason: "agent/stopped" },
  ]);
});

it("Prometheus is told what runs have on the way, and what accounts do not explain", async () => {
  const figure = async (name: string): Promise<number> => {
    const response = await plane.request("GET", "/metrics", { headers: { authorization: "" } });
    return Number(new RegExp(`^masthead_${name} (\\d+)$`, "m").exec(await response.text())?.[1]);
  };
  // A run before the last has nothing on the way any more, whatever its last word was.
  await report("web-8", 11, { captured: 7, pending: 7 });
  await report("web-8", 12, { captured: 5, pending: 5 });
  expect(await figure("exchanges_pending")).toBe(5);
  expect(await figure("ledger_imbalance")).toBe(0);
  await report("web-8", 12, { captured: 7, pending: 5 });
  expect(await figure("ledger_imbalance")).toBe(2);
});

it("two agents under one id are told so, until the earlier one is silent", async () => {
  const agentId = agentIdSchema.parse("web-9");
  const health = { status: "ok" as const, reasons: [] };
  const heard = (changes: Partial<Heartbeat>) => {
    const heartbeat = makeHeartbeat({ agentId, final: false, health, ...changes });
    return plane.ingestDeps.withDatabase((database) =>
      database.transaction(NO_TENANT, ({ sql }) => recordHeartbeat(sql, heartbeat, plane.clock.nowUs)),
    );
  };
  const read = async (): Promise<AgentResource> =>
    agentResourceSchema.parse(await (await plane.request("GET", "/v1/agents/web-9")).json());
  const beganMs = Math.floor(plane.clock.nowUs / 1_000) - 30_000;
  const [earlier, later] = [beganMs - 60_000, beganMs];
  const host = { id: "h-2", name: "copy\0" };
  await heard({ epoch: later, sentAtUs: plane.clock.nowUs });
  // What was on its way when the later one began says nothing.
  await heard({ epoch: earlier, sentAtUs: (beganMs + 5_000) * 1_000, host });
  expect((await read()).health).toEqual(health);
  await heard({ epoch: earlier, sentAtUs: plane.clock.nowUs, host });
  expect(await read()).toMatchObject({
    epoch: later,
    health: {
      status: "degraded",
      reasons: [expect.stringContaining("another agent runs under this id, on copy\ufffd,")],
    },
  });
  const metrics = await plane.request("GET", "/metrics", { headers: { authorization: "" } });
  expect(await metrics.text()).toContain('masthead_agents{health="degraded"} 1\n');
  plane.clock.nowUs += 31_000_000;
  await heard({ epoch: later, sentAtUs: plane.clock.nowUs });
  expect((await read()).health).toEqual(health);
});

it("an agent whose clock is ahead is told so", async () => {
  const agentId = agentIdSchema.parse("web-10");
  const health = { status: "ok" as const, reasons: [] };
  const aheadBy = async (seconds: number) => {
    const sentAtUs = plane.clock.nowUs + seconds * 1_000_000;
    const heartbeat = makeHeartbeat({ agentId, epoch: seconds, final: false, health, sentAtUs });
    await plane.ingestDeps.withDatabase((database) =>
      database.transaction(NO_TENANT, ({ sql }) => recordHeartbeat(sql, heartbeat, plane.clock.nowUs)),
    );
    return agentResourceSchema.parse(await (await plane.request("GET", "/v1/agents/web-10")).json()).health;
  };
  expect(await aheadBy(29)).toEqual(health);
  const told = expect.stringContaining("its clock is 30 seconds ahead");
  expect(await aheadBy(30)).toEqual({ status: "degraded", reasons: [told] });
});
