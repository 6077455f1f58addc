import { type AgentResource, agentResourceSchema } from "@masthead/shared/http/agent-resource";
import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { agentIdSchema } from "@masthead/shared/ids";
import { toRfc3339 } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBatch } from "./support/batches.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";
import { makeHeartbeat } from "./support/heartbeats.js";
import { commit, hear } from "./support/ingest.js";

/** An agent that goes on when the clock of its host is set back: what it reports later is newer, though its times are not. */

const HOUR_US = 3_600_000_000;
const agentId = agentIdSchema.parse("web-1");

let plane: TestControlPlane;
let epoch: number;
beforeAll(async () => {
  plane = await startControlPlane();
  epoch = Math.floor(plane.clock.nowUs / 1_000);
});
afterAll(() => plane.stop());

const account = (serial: number, batched: number, pending: number) => ({
  serial,
  captured: batched + pending,
  batched,
  pending,
  lost: [],
});
const heard = (beat: Partial<Heartbeat>) =>
  plane.ingestDeps.withDatabase((database) =>
    hear(database, [makeHeartbeat({ agentId, epoch, final: false, ...beat })], {
      now: () => plane.clock.nowUs,
    }),
  );
const sent = (seq: number, atUs: number, ledger: Heartbeat["ledger"]) =>
  plane.ingestDeps.withDatabase((database) => {
    const change = (batch: ReturnType<typeof makeBatch>) => {
      batch.createdAtUs = atUs;
      batch.completeUntilUs = atUs - 1_000_000;
      batch.ledger = ledger;
    };
    const exchanges = [{ timeUs: atUs - 2_000_000 }];
    return commit(database, [makeBatch({ agentId, epoch, seq, exchanges, change })], plane.clock.nowUs);
  });
const agent = async (): Promise<AgentResource> =>
  agentResourceSchema.parse(await (await plane.request("GET", `/v1/agents/${agentId}`)).json());
const completeUntil = async (): Promise<string | null> => {
  const usage = await plane.request("GET", "/v1/usage?window=total");
  return ((await usage.json()) as { meta: UsageMeta }).meta.completeUntil;
};

describe("an agent whose clock was an hour ahead and is set back", () => {
  it("is heard of, and its account is its newest", async () => {
    const aheadUs = plane.clock.nowUs + HOUR_US;
    await sent(1, aheadUs, account(1, 1, 0));
    await heard({ sentAtUs: aheadUs + 1, lastSeq: 1, completeUntilUs: aheadUs, ledger: account(2, 1, 4) });
    expect(await completeUntil()).toBe(toRfc3339(aheadUs));
    plane.clock.nowUs += 40_000_000;
    const rightUs = plane.clock.nowUs;
    await heard({ sentAtUs: rightUs, lastSeq: 1, completeUntilUs: rightUs, ledger: account(3, 1, 6) });
    expect((await agent()).health.status).not.toBe("away");
    expect(await agent()).toMatchObject({
      lastSeenAt: toRfc3339(rightUs),
      ledger: { captured: 7, committed: 1, pending: 6, lost: 0 },
    });
    // A time that comes again is complete when it has come again.
    expect(await completeUntil()).toBe(toRfc3339(rightUs));
  });

  it("is complete until its last batch says, and not until one before, nor a heartbeat that comes late", async () => {
    const rightUs = plane.clock.nowUs;
    await sent(2, rightUs + HOUR_US, account(4, 2, 5));
    expect(await completeUntil()).toBe(toRfc3339(rightUs + HOUR_US - 1_000_000));
    await sent(3, rightUs, account(6, 3, 4));
    const late = { sentAtUs: rightUs + HOUR_US, lastSeq: 2, completeUntilUs: rightUs + HOUR_US };
    await heard({ ...late, ledger: account(5, 2, 5) });
    expect(await completeUntil()).toBe(toRfc3339(rightUs - 1_000_000));
    expect((await agent()).ledger).toMatchObject({ captured: 7, committed: 3, pending: 4 });
  });
});
