import { drain } from "@masthead/api/drain";
import { maintain } from "@masthead/api/maintain";
import type { NatsConnection } from "@masthead/api/platform/nats/connection";
import { agentIdSchema } from "@masthead/shared/ids";
import { batchSubject, heartbeatSubject } from "@masthead/shared/subjects";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { deliveriesOf } from "../support/dataset/delivery.js";
import { planDataset } from "../support/dataset/schedule.js";
import { encode } from "./support/batches.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";
import { type CrashStage, startCrashStage } from "./support/crash-stage.js";
import { makeHeartbeat } from "./support/heartbeats.js";

const DAY_US = 86_400_000_000;
const START_US = Date.UTC(2026, 2, 28) * 1_000;
/** Days of the data set; then all of it has come. */
const DAYS = 3;
const NOW_US = START_US + 4 * DAY_US;

const dataset = planDataset({
  ...{ seed: 7, exchanges: 360, startUs: START_US, days: DAYS, tenants: 6, agents: 2, exchangesPerBatch: 60 },
});
const deliveries = [...deliveriesOf(dataset)];
const agentIds = dataset.population.agents.map(({ id }) => id);
/** No batch, but for its key. */
const REFUSED = { v: 1, agentId: agentIdSchema.parse("agent-0"), epoch: 1, seq: 1 };
const MESSAGES = deliveries.length + 1;

const beat = (agentId: string, different: Partial<Heartbeat>): Heartbeat =>
  makeHeartbeat({ agentId: agentIdSchema.parse(agentId), sentAtUs: NOW_US - 1_000_000, ...different });
const ledger = { captured: 9, batched: 4, lost: [{ stage: "ring", reason: "full", count: 5 }], pending: 0 };
/** Of a run that stopped, of one that has lost a batch for good, and of one that has only begun. */
const HEARTBEATS: readonly Heartbeat[] = [
  beat("agent-0", {
    epoch: deliveries[0]?.slot.epoch ?? 1,
    final: true,
    completeUntilUs: NOW_US - 2_000_000,
  }),
  beat("agent-1", {
    ...{ epoch: NOW_US / 1_000, lastSeq: 2, capturingSinceUs: NOW_US - 9_000_000 },
    ledger: {
      ...ledger,
      lostBatches: [{ epoch: NOW_US / 1_000, seq: 1, exchanges: 3, stage: "spool", reason: "full" }],
    },
  }),
  beat("agent-2", { epoch: NOW_US / 1_000, lastSeq: 0, ledger }),
];

const cleanup = new Cleanup();
let plane: TestControlPlane;
let stage: CrashStage;

beforeAll(async () => {
  plane = await startControlPlane();
  cleanup.add(() => plane.stop());
  plane.clock.nowUs = NOW_US;
  await drain(plane.ingestDeps, { maxMs: 1, maxMessages: 0 });
  await maintain(plane.ingestDeps);
  await plane.release();
  for (const { slot, subject, data } of deliveries) await send(slot.agent.id, subject, data);
  await send(REFUSED.agentId, batchSubject(REFUSED.agentId), encode(REFUSED));
  stage = await startCrashStage(plane, cleanup, agentIds);
});
afterAll(() => cleanup.run());

const agents = new Map<string, NatsConnection>();
const agentOf = async (id: string): Promise<NatsConnection> => {
  const connection = agents.get(id) ?? (await plane.connectAs(id));
  agents.set(id, connection);
  return connection;
};

const send = async (agentId: string, subject: string, data: Uint8Array): Promise<void> => {
  await (await agentOf(agentId)).request(subject, data, { timeout: 10_000 });
};

const named = (steps: readonly string[], parts: readonly string[]): void => {
  for (const part of parts)
    expect(
      steps.some((step) => step.includes(part)),
      part,
    ).toBe(true);
};

describe("a drain that is killed at any step, and started again, leaves what one that was not killed leaves", () => {
  it("while it commits, acknowledges and tells agents", { timeout: 900_000 }, async () => {
    const template = new URL(plane.database.ownerUrl).pathname.slice(1);
    // What it does though there is nothing to do, is done again where there is.
    await stage.play({ template, nowUs: NOW_US, work: "upkeep", messages: 0 }, "idle");
    const scene = { template, nowUs: NOW_US, work: "batches", messages: MESSAGES } as const;
    const steps = await stage.killAtEach(scene, "ingested");
    named(steps, ["insert into batches", "insert into exchanges", "insert into set_aside", '"usage_minute"']);
    named(steps, ["before the commit of: ", "commit under way of: ", "after the commit of: "]);
    named(steps, [
      "before an acknowledgement",
      "after an acknowledgement",
      "before a watermark",
      "after a watermark",
    ]);
  });

  it("while it books what heartbeats say", { timeout: 900_000 }, async () => {
    // Not before: the scene above would have drained them, too.
    for (const one of HEARTBEATS)
      await send(one.agentId, heartbeatSubject(one.agentId), Buffer.from(JSON.stringify(one)));
    const scene = {
      template: "ingested",
      nowUs: NOW_US,
      work: "heartbeats",
      messages: HEARTBEATS.length,
    } as const;
    const again = /^insert into batches|acknowledgement|watermark/;
    const steps = await stage.killAtEach(scene, "heard", again);
    named(steps, ["insert into agents", "insert into lost_batches", "insert into batches"]);
    named(steps, ["before the commit of: ", "commit under way of: ", "after the commit of: "]);
    named(steps, ["before an acknowledgement", "after an acknowledgement", "after a watermark"]);
  });

  it("while it rolls up", { timeout: 900_000 }, async () => {
    const scene = { template: "heard", nowUs: NOW_US + 20 * DAY_US, work: "upkeep", messages: 0 } as const;
    const steps = await stage.killAtEach(scene, "rolled", /usage_dirty|partition/);
    named(steps, ['delete from "usage_quarter"', 'delete from "usage_day"', 'delete from "usage_month"']);
    for (const level of ["quarter", "day", "month"]) {
      named(steps, [`insert into "usage_${level}"`, `delete from "usage_${level}_summary"`]);
      named(steps, [`after the commit of: insert into "usage_${level}_summary"`]);
    }
  });

  it("while it forgets what is past its time", { timeout: 900_000 }, async () => {
    const scene = {
      template: "rolled",
      nowUs: NOW_US + 2_600 * DAY_US,
      work: "upkeep",
      messages: 0,
    } as const;
    const steps = await stage.killAtEach(scene, "forgotten", /drop_partitions|usage_horizon|delete from/);
    named(steps, [
      '"minutes_from"',
      '"quarters_from"',
      '"days_from"',
      "drop_partitions",
      "delete from batches",
    ]);
  });
});
