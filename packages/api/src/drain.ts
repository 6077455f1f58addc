import {
  BATCH_STREAM,
  DRAIN_CONSUMER,
  HEARTBEAT_CONSUMER,
  HEARTBEAT_STREAM,
} from "@masthead/shared/subjects";
import type { Deps } from "./deps.js";
import {
  DRAIN_TRANSACTIONS,
  type DrainBudget,
  type DrainedBatches,
  drainBatches,
  drainHeartbeats,
} from "./features/ingest/index.js";
import { flushed } from "./platform/nats/connection.js";
import { pullQueue } from "./platform/nats/pull-queue.js";
import { watermarkPublisher } from "./platform/nats/watermark-publisher.js";
import { reconcile } from "./reconcile.js";

/** What a drain makes use of at once: one for each group that it commits, and one for heartbeats. It runs with fewer, too. */
export const DRAIN_CONNECTIONS = DRAIN_TRANSACTIONS + 1;

export interface Drained extends DrainedBatches {
  heartbeats: number;
}

/**
 * Consumes batches and heartbeats from JetStream into Postgres until the budget is spent; before that, makes what is
 * missing in NATS. Drains may run side by side. Ends with all it took settled. What time asks for is {@link maintain}'s.
 * @param deps as the drain's database role
 * @param signal ends it before its budget, with what it took settled
 * @throws when Postgres or NATS is away: call it again, nothing is lost
 */
export const drain = async (deps: Deps, budget: DrainBudget, signal?: AbortSignal): Promise<Drained> => {
  await reconcile(deps);
  return deps.withDatabase((database) =>
    deps.withNats(async (nats) => {
      const { now, log } = deps;
      const watermarks = watermarkPublisher(nats);
      const batches = {
        database,
        queue: pullQueue(nats, BATCH_STREAM, DRAIN_CONSUMER),
        watermarks,
        now,
        log,
      };
      const heartbeats = {
        database,
        queue: pullQueue(nats, HEARTBEAT_STREAM, HEARTBEAT_CONSUMER),
        watermarks,
        now,
        log,
      };
      const over = new AbortController();
      const end = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
      const ending = () => over.abort();
      const draining = drainBatches(batches, budget, end).finally(ending);
      const beating = drainHeartbeats(heartbeats, { ...budget, idleMs: undefined }, end).catch((error) => {
        ending();
        throw error;
      });
      // Neither may go on with clients that are given back.
      await Promise.allSettled([draining, beating]);
      if (!nats.isClosed()) await flushed(nats);
      return { ...(await draining), heartbeats: await beating };
    }),
  );
};
