import { createHash } from "node:crypto";
import type { Database, Transaction } from "../../platform/db/database.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import type { LeftOut, UnreadableBatch } from "./batch-message.rules.js";
import { type BatchKey, type BatchRow, heldHashes, insertBatches, keyText } from "./batches.store.js";
import { addProgress, advanceEpochs, bookLoss } from "./epochs.store.js";
import type { PreparedBatch } from "./prepared-batch.rules.js";
import { count, insertSetAside } from "./set-aside.store.js";

/** Sets rows of a batch aside, each with why. */
export const setRowsAside = async (
  sql: Transaction["sql"],
  { agentId, epoch, seq }: BatchKey,
  rows: readonly LeftOut[],
): Promise<void> => {
  for (const { row, ...known } of rows)
    await insertSetAside(sql, {
      ...known,
      agentId,
      epoch,
      seq,
      payload: Buffer.from(JSON.stringify(row) ?? ""),
    });
};

/** What usage counted that was set aside is lost to every report, and told as such; an exchange is counted by its usage all the same. */
export const tellUsageSetAside = async (
  sql: Transaction["sql"],
  { agentId, epoch }: BatchKey,
  rows: readonly LeftOut[],
  nowUs: number,
): Promise<void> => {
  const lost = rows.reduce((sum, { kind, exchanges }) => sum + (kind === "usage" ? exchanges : 0), 0);
  if (lost > 0) await bookLoss(sql, { agentId, epoch, stage: "usage", reason: "set_aside", lost, nowUs });
};

/**
 * The same key with another payload: what was committed stands, the other is set aside as an alarm.
 *
 * @param fresh those of the group that are new
 * @returns how many there were
 */
export const alarmClashes = async (
  { sql }: Transaction,
  group: readonly PreparedBatch[],
  fresh: readonly PreparedBatch[],
): Promise<number> => {
  if (fresh.length === group.length) return 0;
  const isFresh = new Set(fresh);
  const others = group.filter((read) => !isFresh.has(read));
  const held = await heldHashes(
    sql,
    others.map((read) => read.batch),
  );
  let clashes = 0;
  for (const read of others) {
    const { batch, hash, encoded } = read;
    const before = held.get(keyText(batch));
    if (before === undefined || before === Buffer.from(hash).toString("hex")) continue;
    clashes++;
    await insertSetAside(sql, {
      kind: "batch",
      reason: "payload_clash",
      detail: "this key was committed with another payload",
      agentId: batch.agentId,
      epoch: batch.epoch,
      seq: batch.seq,
      exchanges: encoded.count + batch.countedOnly,
      payload: Buffer.from(JSON.stringify(await read.whole())),
    });
  }
  if (fresh.length + clashes < group.length)
    await count(sql, "batches_redelivered", "duplicate", group.length - fresh.length - clashes);
  return clashes;
};

/**
 * Sets a message aside. Where its key can be believed the batch is settled as refused, so that its agent frees it and
 * counts the loss delivery/refused; the same message once more is then known.
 */
export const refuseMessage = (
  database: Database,
  agentId: string,
  { reason, detail, key }: UnreadableBatch,
  data: Uint8Array,
  nowUs: number,
  hash: Uint8Array = createHash("sha256").update(data).digest(),
): Promise<void> =>
  database.transaction(NO_TENANT, async ({ sql }) => {
    if (key) {
      const row: BatchRow = {
        ...{ agentId, ...key, hash, outcome: "refused", createdAtUs: nowUs, completeUntilUs: 0 },
        ...{ stored: 0, countedOnly: 0, setAside: 0, usageRequests: 0 },
      };
      const ids = await insertBatches(sql, [row]);
      if (ids.size > 0) {
        const empty = { stored: 0, countedOnly: 0, setAside: 0, final: false };
        await addProgress(sql, [{ agentId, epoch: key.epoch, lastSeq: key.seq, ...empty }], nowUs);
        await advanceEpochs(sql, [{ agentId, epoch: key.epoch }]);
      } else if ((await heldHashes(sql, [row])).get(keyText(row)) === Buffer.from(hash).toString("hex"))
        return count(sql, "batches_redelivered", "duplicate", 1);
    }
    await insertSetAside(sql, {
      kind: "message",
      reason,
      detail,
      agentId,
      ...key,
      exchanges: 0,
      payload: data,
    });
  });
