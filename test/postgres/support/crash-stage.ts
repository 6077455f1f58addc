import { DRAIN_CONNECTIONS, drain } from "@masthead/api/drain";
import { maintain } from "@masthead/api/maintain";
import { openDatabase } from "@masthead/api/platform/db/database";
import { connectNats } from "@masthead/api/platform/nats/connection";
import {
  BATCH_STREAM,
  bucketStream,
  COMMITTED_BUCKET,
  DRAIN_CONSUMER,
  HEARTBEAT_CONSUMER,
  HEARTBEAT_STREAM,
} from "@masthead/shared/subjects";
import { AckPolicy, DeliverPolicy, nanos } from "nats";
import postgres from "postgres";
import { expect } from "vitest";
import type { Cleanup } from "../../support/cleanup.js";
import { databaseDigest } from "../../support/crash/database-digest.js";
import type { DrainOrder, DrainWork } from "../../support/crash/drain-order.js";
import { bundleDrain, startDrain } from "../../support/crash/drain-process.js";
import { areTold, lastWatermark } from "../../support/crash/watermarks.js";
import { until } from "../../support/until.js";
import type { TestControlPlane } from "./control-plane.js";

/** A part of a drain's life, from a database on which it begins. */
export interface Scene {
  /** name of the database that it begins on */
  template: string;
  nowUs: number;
  work: DrainWork;
  /** batches or heartbeats that there are */
  messages: number;
}

/** Where drains are killed, and what they leave is compared. */
export interface CrashStage {
  /** Runs a scene to its end. @returns the steps that it took; what it leaves is in `database` */
  play(scene: Scene, database: string): Promise<string[]>;
  /**
   * Plays a scene, then kills a drain at each step of it that no scene before had, and at those that `again` takes, starts another, and compares
   * what they leave. @returns these steps
   */
  killAtEach(scene: Scene, database: string, again?: RegExp): Promise<string[]>;
}

/** What was taken and not acknowledged comes again after so long. */
const ACK_WAIT_MS = 500;

const QUEUES = {
  batches: [BATCH_STREAM, DRAIN_CONSUMER],
  heartbeats: [HEARTBEAT_STREAM, HEARTBEAT_CONSUMER],
} as const;
const queueOf = (work: DrainWork) => (work === "upkeep" ? undefined : QUEUES[work]);

const urlOf = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

/** @param agentIds whose watermarks are compared, too */
export const startCrashStage = async (
  plane: TestControlPlane,
  cleanup: Cleanup,
  agentIds: readonly string[],
): Promise<CrashStage> => {
  const program = await bundleDrain(cleanup.folder());
  const admin = postgres(urlOf(plane.database.ownerUrl, "postgres"), { max: 1, onnotice: () => {} });
  cleanup.add(() => admin.end());
  const access = { url: plane.nats.url, credentials: plane.nats.apiCredentials };
  const nats = await connectNats(access);
  cleanup.add(() => nats.close());
  const manager = await nats.jetstreamManager({ checkAPI: false });

  /** A database that is a copy of another one, which nobody is connected to. */
  const copyDatabase = async (name: string, of: string): Promise<void> => {
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    // Cheaper than through the log, which is of use to nobody here.
    await admin.unsafe(`create database ${name} template ${of} strategy file_copy`);
  };

  /** From the first message on, as if nobody had taken one. */
  const rewind = async ({ work }: Scene): Promise<void> => {
    const queue = queueOf(work);
    if (!queue) return;
    const [stream, consumer] = queue;
    await manager.consumers.delete(stream, consumer);
    await manager.consumers.add(stream, {
      ...{ durable_name: consumer, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All },
      ...{ ack_wait: nanos(ACK_WAIT_MS), max_deliver: -1 },
    });
    await manager.streams.purge(bucketStream(COMMITTED_BUCKET));
  };

  const orderOf = ({ nowUs, work, messages }: Scene, database: string, dieAt?: string): DrainOrder => ({
    databaseUrl: urlOf(plane.database.ingestUrl, database),
    nats: access,
    ...{ nowUs, work, messages },
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
  const drainRest = async ({ databaseUrl, nowUs, work }: DrainOrder): Promise<void> => {
    const database = openDatabase(databaseUrl, "rest", DRAIN_CONNECTIONS);
    const over = new AbortController();
    const deps = {
      ...plane.ingestDeps,
      withDatabase: (use: never) => (use as (d: unknown) => never)(database),
      now: () => nowUs,
    };
    const queue = queueOf(work);
    const draining = drain(deps, { maxMs: 60_000, maxMessages: queue ? 1_000 : 0 }, over.signal);
    if (queue) {
      const [stream, consumer] = queue;
      await until("all to be acknowledged", async () => {
        const { num_pending, num_ack_pending } = await manager.consumers.info(stream, consumer);
        return num_pending === 0 && num_ack_pending === 0;
      });
    }
    over.abort();
    await draining;
    await maintain(deps);
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

  const play = async (scene: Scene, database: string): Promise<string[]> => {
    await copyDatabase(database, scene.template);
    await rewind(scene);
    const { how, steps } = await runDrain(orderOf(scene, database));
    expect(how).toBe("exit code 0");
    return steps;
  };

  /** Kills a drain at a step of a scene, starts another, and compares with `expected`. */
  const killAt = async (scene: Scene, step: string, expected: object, database: string): Promise<void> => {
    await copyDatabase(database, scene.template);
    await rewind(scene);
    const order = orderOf(scene, database, step);
    expect([step, (await runDrain(order)).how]).toEqual([step, "SIGKILL"]);
    await drainRest(order);
    // An agent that is told nothing sends again.
    if (scene.work === "batches" && !(await areTold(nats, agentIds))) {
      await rewind(scene);
      await drainRest(order);
    }
    expect({ step, ...(await stateOf(database)) }).toEqual({ step, ...expected });
  };

  /** Steps of scenes before. */
  const known = new Set<string>();
  return {
    async play(scene, database) {
      const steps = await play(scene, database);
      for (const step of steps) known.add(step);
      return steps;
    },
    async killAtEach(scene, database, again) {
      const all = await play(scene, database);
      await copyDatabase("expected", database);
      await drainRest(orderOf({ ...scene, work: "upkeep" }, "expected"));
      const expected = await stateOf("expected");
      const steps = all.filter((step) => !known.has(step) || again?.test(step));
      for (const step of steps) known.add(step);
      const left = [...steps];
      const worker = async (name: string): Promise<void> => {
        for (let step = left.shift(); step !== undefined; step = left.shift())
          await killAt(scene, step, expected, name);
      };
      // There is one stream, so that two of them would take each other's messages.
      await Promise.all(
        (queueOf(scene.work) ? ["a"] : ["a", "b", "c"]).map((name) => worker(`crashed_${name}`)),
      );
      return steps;
    },
  };
};
