import { drain } from "@masthead/api/drain";
import { maintain } from "@masthead/api/maintain";
import { openDatabase } from "@masthead/api/platform/db/database";
import { connectNats, type NatsConnection } from "@masthead/api/platform/nats/connection";
import { agentIdSchema } from "@masthead/shared/ids";
import {
  BATCH_STREAM,
  batchSubject,
  bucketStream,
  COMMITTED_BUCKET,
  DRAIN_CONSUMER,
} from "@masthead/shared/subjects";
import { AckPolicy, DeliverPolicy, nanos } from "nats";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { databaseDigest } from "../support/crash/database-digest.js";
import type { DrainOrder } from "../support/crash/drain-order.js";
import { bundleDrain, startDrain } from "../support/crash/drain-process.js";
import { areTold, lastWatermark } from "../support/crash/watermarks.js";
import { deliveriesOf } from "../support/dataset/delivery.js";
import { planDataset } from "../support/dataset/schedule.js";
import { until } from "../support/until.js";
import { encode } from "./support/batches.js";
import { startControlPlane, type TestControlPlane } from "./support/control-plane.js";

const DAY_US = 86_400_000_000;
const START_US = Date.UTC(2026, 2, 28) * 1_000;
/** Days of the data set; then all of it has come. */
const DAYS = 3;
const NOW_US = START_US + 4 * DAY_US;
/** What was taken and not acknowledged comes again after so long. */
const ACK_WAIT_MS = 500;

const dataset = planDataset({
  ...{ seed: 7, exchanges: 360, startUs: START_US, days: DAYS, tenants: 6, agents: 2, exchangesPerBatch: 60 },
});
const deliveries = [...deliveriesOf(dataset)];
/** No batch, but for its key. */
const REFUSED = { v: 1, agentId: agentIdSchema.parse("agent-0"), epoch: 1, seq: 1 };
const MESSAGES = deliveries.length + 1;

const agentIds = dataset.population.agents.map(({ id }) => id);

const cleanup = new Cleanup();
let plane: TestControlPlane;
let admin: Sql;
let nats: NatsConnection;
let program: string;

const urlOf = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

/** A database that is a copy of another one, which nobody is connected to. */
const copyDatabase = async (name: string, of: string): Promise<void> => {
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.unsafe(`create database ${name} template ${of}`);
};

/** From the first message on, as if nobody had taken one. */
const rewind = async (): Promise<void> => {
  const manager = await nats.jetstreamManager({ checkAPI: false });
  await manager.consumers.delete(BATCH_STREAM, DRAIN_CONSUMER);
  await manager.consumers.add(BATCH_STREAM, {
    ...{ durable_name: DRAIN_CONSUMER, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All },
    ...{ ack_wait: nanos(ACK_WAIT_MS), max_deliver: -1 },
  });
  await manager.streams.purge(bucketStream(COMMITTED_BUCKET));
};

beforeAll(async () => {
  program = await bundleDrain(cleanup.folder());
  plane = await startControlPlane();
  plane.clock.nowUs = NOW_US;
  admin = postgres(urlOf(plane.database.ownerUrl, "postgres"), { max: 1, onnotice: () => {} });
  await drain(plane.ingestDeps, { maxMs: 1, maxMessages: 0 });
  await maintain(plane.ingestDeps);
  nats = await connectNats({ url: plane.nats.url, credentials: plane.nats.apiCredentials });
  for (const { slot, subject, data } of deliveries)
    await (await agentOf(slot.agent.id)).request(subject, data, { timeout: 10_000 });
  const refused = batchSubject(REFUSED.agentId);
  await (await agentOf(REFUSED.agentId)).request(refused, encode(REFUSED), { timeout: 10_000 });
});
afterAll(async () => {
  await nats?.close();
  await admin?.end();
  await plane?.stop();
  await cleanup.run();
});

const agents = new Map<string, NatsConnection>();
const agentOf = async (id: string): Promise<NatsConnection> => {
  const connection = agents.get(id) ?? (await plane.connectAs(id));
  agents.set(id, connection);
  return connection;
};

/** A part of a drain's life, from a database on which it begins. */
interface Scene {
  template: string;
  nowUs: number;
  messages: number;
}

const orderOf = (scene: Scene, database: string, dieAt?: string): DrainOrder => ({
  databaseUrl: urlOf(plane.database.ingestUrl, database),
  nats: { url: plane.nats.url, credentials: plane.nats.apiCredentials },
  ...{ nowUs: scene.nowUs, messages: scene.messages },
  ...(dieAt === undefined ? {} : { dieAt }),
});

/** Runs the drain in its own process. @returns how it ended, and its steps where it did */
const runDrain = async (order: DrainOrder): Promise<{ how: string; steps: string[] }> => {
  const child = startDrain(program, order);
  cleanup.add(() => child.stop("SIGKILL"));
  const how = await child.ended;
  expect(child.errors()).toBe("");
  return { how, steps: JSON.parse(child.lines.at(-1) ?? "[]") as string[] };
};

/** The drain that is started after one has died: takes what is left, until nothing is, and rolls it up. */
const drainRest = async (order: DrainOrder): Promise<void> => {
  const database = openDatabase(order.databaseUrl, "rest");
  const over = new AbortController();
  const deps = {
    ...plane.ingestDeps,
    withDatabase: (work: never) => (work as (d: unknown) => never)(database),
  };
  const manager = await nats.jetstreamManager({ checkAPI: false });
  const budget = { maxMs: 60_000, maxMessages: order.messages === 0 ? 0 : 1_000 };
  const draining = drain({ ...deps, now: () => order.nowUs }, budget, over.signal);
  if (order.messages > 0)
    await until("all to be acknowledged", async () => {
      const { num_pending, num_ack_pending } = await manager.consumers.info(BATCH_STREAM, DRAIN_CONSUMER);
      return num_pending === 0 && num_ack_pending === 0;
    });
  over.abort();
  await draining;
  await maintain({ ...deps, now: () => order.nowUs });
  await database.close();
};

/** All that Postgres holds, and the last watermark that each agent can ask for. */
const stateOf = async (database: string): Promise<Record<string, string>> => {
  const owner = postgres(urlOf(plane.database.ownerUrl, database), { max: 1, onnotice: () => {} });
  const digest = await databaseDigest(owner);
  await owner.end();
  for (const id of agentIds) digest[`watermark of ${id}`] = await lastWatermark(nats, id);
  return digest;
};

/** Runs a scene to its end. @returns the steps that it took; what it leaves is in `database` */
const play = async (scene: Scene, database: string): Promise<string[]> => {
  await copyDatabase(database, scene.template);
  await rewind();
  const { how, steps } = await runDrain(orderOf(scene, database));
  expect(how).toBe("exit code 0");
  return steps;
};

/** Kills a drain at a step of a scene, starts another, and compares with `expected`. */
const killAt = async (scene: Scene, step: string, expected: object, database: string): Promise<void> => {
  await copyDatabase(database, scene.template);
  if (scene.messages > 0) await rewind();
  const order = orderOf(scene, database, step);
  expect([step, (await runDrain(order)).how]).toEqual([step, "SIGKILL"]);
  await drainRest(order);
  // An agent that is told nothing sends again.
  if (scene.messages > 0 && !(await areTold(nats, agentIds))) {
    await rewind();
    await drainRest(order);
  }
  expect({ step, ...(await stateOf(database)) }).toEqual({ step, ...expected });
};

/** Steps of scenes before. */
const known = new Set<string>();

/** Kills a drain at each step that no scene before had, and at those that `again` takes. */
const killAtEach = async (scene: Scene, database: string, again?: RegExp): Promise<string[]> => {
  const all = await play(scene, database);
  await copyDatabase("expected", database);
  await drainRest(orderOf({ ...scene, messages: 0 }, "expected"));
  const expected = await stateOf("expected");
  const steps = all.filter((step) => !known.has(step) || again?.test(step));
  for (const step of steps) known.add(step);
  const left = [...steps];
  const worker = async (name: string): Promise<void> => {
    for (let step = left.shift(); step !== undefined; step = left.shift())
      await killAt(scene, step, expected, name);
  };
  // There is one stream, so that two of them would take each other's messages.
  await Promise.all((scene.messages > 0 ? ["a"] : ["a", "b", "c"]).map((name) => worker(`crashed_${name}`)));
  return steps;
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
    for (const step of await play({ template, nowUs: NOW_US, messages: 0 }, "idle")) known.add(step);
    const steps = await killAtEach({ template, nowUs: NOW_US, messages: MESSAGES }, "ingested");
    named(steps, ["insert into batches", "insert into exchanges", "insert into set_aside", '"usage_minute"']);
    named(steps, ["before the commit of: ", "commit under way of: ", "after the commit of: "]);
    named(steps, [
      "before an acknowledgement",
      "after an acknowledgement",
      "before a watermark",
      "after a watermark",
    ]);
  });

  it("while it rolls up", { timeout: 900_000 }, async () => {
    const scene = { template: "ingested", nowUs: NOW_US + 20 * DAY_US, messages: 0 };
    const steps = await killAtEach(scene, "rolled", /usage_dirty|partition/);
    named(steps, ['delete from "usage_quarter"', 'delete from "usage_day"', 'delete from "usage_month"']);
    for (const level of ["quarter", "day", "month"]) {
      named(steps, [`insert into "usage_${level}"`, `delete from "usage_${level}_summary"`]);
      named(steps, [`after the commit of: insert into "usage_${level}_summary"`]);
    }
  });

  it("while it forgets what is past its time", { timeout: 900_000 }, async () => {
    const scene = { template: "rolled", nowUs: NOW_US + 2_600 * DAY_US, messages: 0 };
    const steps = await killAtEach(scene, "forgotten", /drop_partitions|usage_horizon|delete from/);
    named(steps, [
      '"minutes_from"',
      '"quarters_from"',
      '"days_from"',
      "drop_partitions",
      "delete from batches",
    ]);
  });
});
