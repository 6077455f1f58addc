import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

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
