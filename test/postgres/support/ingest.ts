import {
  type DrainBatchesDeps,
  type DrainedBatches,
  type DrainHeartbeatsDeps,
  drainBatches,
  drainHeartbeats,
} from "@masthead/api/features/ingest/index";
import type { Database } from "@masthead/api/platform/db/database";
import { heartbeatSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import { NOON_US } from "./batches.js";
import { MemoryQueue, RecordedWatermarks } from "./queue.js";

const log = { info: () => {}, warn: () => {}, error: () => {} };

/** Drains a queue until nothing is left in it. */
export const drainQueue = (
  database: Database,
  queue: MemoryQueue,
  over: Partial<DrainBatchesDeps> = {},
): Promise<DrainedBatches> =>
  drainBatches(
    { database, queue, watermarks: new RecordedWatermarks(), now: () => NOON_US, log, ...over },
    { maxMs: 60_000, maxMessages: 100_000, idleMs: 1 },
  );

/** Commits batches as the drain does. */
export const commit = async (
  database: Database,
  batches: readonly Batch[],
  nowUs = NOON_US,
): Promise<void> => {
  const queue = new MemoryQueue();
  for (const batch of batches) queue.add(batch);
  await drainQueue(database, queue, { now: () => nowUs });
};

/** Records heartbeats as the drain does, in this order. */
export const hear = async (
  database: Database,
  heartbeats: readonly Heartbeat[],
  over: Partial<DrainHeartbeatsDeps> = {},
): Promise<void> => {
  const queue = new MemoryQueue();
  for (const heartbeat of heartbeats)
    queue.addRaw(heartbeatSubject(heartbeat.agentId), Buffer.from(JSON.stringify(heartbeat)));
  await drainHeartbeats(
    { database, queue, watermarks: new RecordedWatermarks(), now: () => NOON_US, log, ...over },
    { maxMs: 60_000, maxMessages: 100_000, idleMs: 1 },
  );
};
