import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { Log } from "../../deps.js";
import type { Database } from "../../platform/db/database.js";
import { isRefusedData } from "../../platform/db/refused.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { readHeartbeat, recordHeartbeat } from "../agents/index.js";
import { insertBatches } from "./batches.store.js";
import { type DrainBudget, withinBudget } from "./budget.rules.js";
import { addProgress, advanceEpochs, capturingSince, completeUntil } from "./epochs.store.js";
import type { MessageQueue, QueuedMessage, WatermarkPublisher } from "./ingest.ports.js";
import { lostBatchesOf, withLostEpochs, withLostRows } from "./lost-batches.rules.js";
import { insertLostBatches } from "./lost-batches.store.js";
import { publishWatermarks } from "./publish-watermarks.service.js";
import { insertSetAside } from "./set-aside.store.js";
import { noteSuspensions } from "./suspensions.store.js";

export interface DrainHeartbeatsDeps {
  database: Database;
  queue: MessageQueue;
  watermarks: WatermarkPublisher;
  now(): number;
  log: Log;
}

const REDELIVER_AFTER_MS = 2_000;

/** Records heartbeats and the accounts they carry until the budget is spent. @returns how many */
export const drainHeartbeats = async (
  deps: DrainHeartbeatsDeps,
  budget: DrainBudget,
  signal?: AbortSignal,
): Promise<number> => {
  let drained = 0;
  const clock = () => deps.now() / 1000;
  for await (const message of withinBudget(deps.queue, budget, clock, signal)) {
    await settle(deps, message);
    drained++;
  }
  return drained;
};

const settle = async (deps: DrainHeartbeatsDeps, message: QueuedMessage): Promise<void> => {
  const read = readHeartbeat(message.data, message.subject);
  try {
    if (read.ok) {
      await record(deps, read.heartbeat);
      // Nothing else would tell its agent that they are booked.
      if (read.heartbeat.ledger.lostBatches) await publishWatermarks(deps, [read.heartbeat.agentId]);
    } else await setAside(deps, message, read.reason, read.detail);
  } catch (error) {
    if (!isRefusedData(error)) {
      message.nak(REDELIVER_AFTER_MS);
      throw error;
    }
    await setAside(deps, message, `postgres_${error.code}`, "refused by Postgres");
  }
  message.ack();
};

const record = ({ database, now }: DrainHeartbeatsDeps, heartbeat: Heartbeat): Promise<void> =>
  database.transaction(NO_TENANT, async ({ sql }) => {
    const isNewest = await recordHeartbeat(sql, heartbeat, now());
    const { agentId, epoch, sentAtUs: atUs, final, ledger, lastSeq } = heartbeat;
    const nothing = { stored: 0, countedOnly: 0, setAside: 0, lastSeq: 0 };
    const progress = { agentId, epoch, ...nothing, final, report: { atUs, seq: lastSeq, ledger } };
    const lost = lostBatchesOf([{ agentId, epoch, atUs, ledger }]);
    if (lost.length > 0) await insertBatches(sql, withLostRows([], lost));
    await addProgress(sql, withLostEpochs([progress], lost), now());
    await insertLostBatches(sql, lost);
    if (lost.length > 0) await advanceEpochs(sql, lost);
    if (heartbeat.capturingSinceUs !== undefined) {
      await capturingSince(sql, { agentId, epoch }, Math.min(heartbeat.capturingSinceUs, atUs));
    }
    await completeUntil(sql, { agentId, epoch }, heartbeat, isNewest);
    await noteSuspensions(sql, { agentId, epoch }, heartbeat.suspensions ?? []);
  });

const setAside = async (
  deps: DrainHeartbeatsDeps,
  message: QueuedMessage,
  reason: string,
  detail: string,
): Promise<void> => {
  const agentId = message.subject.slice(message.subject.lastIndexOf(".") + 1);
  deps.log.warn({ agentId, reason }, "a heartbeat was set aside");
  await deps.database.transaction(NO_TENANT, ({ sql }) =>
    insertSetAside(sql, { kind: "heartbeat", reason, detail, agentId, exchanges: 0, payload: message.data }),
  );
};
