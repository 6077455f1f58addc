import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { Log } from "../../deps.js";
import type { Database } from "../../platform/db/database.js";
import { isRefusedData } from "../../platform/db/refused.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { readHeartbeat, recordHeartbeat } from "../agents/index.js";
import { type DrainBudget, withinBudget } from "./budget.rules.js";
import { addProgress, completeUntil } from "./epochs.store.js";
import type { MessageQueue, QueuedMessage } from "./ingest.ports.js";
import { insertSetAside } from "./set-aside.store.js";

export interface DrainHeartbeatsDeps {
  database: Database;
  queue: MessageQueue;
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
    if (read.ok) await record(deps, read.heartbeat);
    else await setAside(deps, message, read.reason, read.detail);
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
    await recordHeartbeat(sql, heartbeat, now());
    const { agentId, epoch, final, ledger, lastSeq } = heartbeat;
    const report = { atUs: heartbeat.sentAtUs, ledger };
    const nothing = { stored: 0, countedOnly: 0, setAside: 0, lastSeq: 0 };
    await addProgress(sql, [{ agentId, epoch, ...nothing, final, report }], now());
    await completeUntil(sql, { agentId, epoch }, lastSeq, heartbeat.completeUntilUs);
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
