import { BATCH_MAX_EXCHANGES } from "@masthead/shared/wire/batch";
import type { Database, Transaction } from "../../platform/db/database.js";
import { applySplitting, isRefusedData } from "../../platform/db/refused.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { insertEncodedExchanges, insertExchanges, type PlacedExchange } from "../exchanges/index.js";
import {
  type AttributedPart,
  attributed,
  lockOwners,
  noteAttributed,
  type Owners,
} from "../tenants/index.js";
import { bookUsage, type PlacedPart } from "../usage/index.js";
import type { LeftOut } from "./batch-message.rules.js";
import { type BatchRow, correctBatch, insertBatches, keyText } from "./batches.store.js";
import { batchRow, byKey, progressOf, usageRequests } from "./commit.rules.js";
import { addProgress, advanceEpochs } from "./epochs.store.js";
import { lostBatchesOf, withLostEpochs, withLostRows } from "./lost-batches.rules.js";
import { insertLostBatches } from "./lost-batches.store.js";
import type { PreparedBatch } from "./prepared-batch.rules.js";
import { alarmClashes, refuseMessage, setRowsAside, tellUsageSetAside } from "./set-aside.service.js";

/** Ids are the batch's id and the place in it; more rows than this would run into the next batch's. */
const IDS_PER_BATCH = 2_048;
if (BATCH_MAX_EXCHANGES > IDS_PER_BATCH)
  throw new Error("a batch may hold more exchanges than it has ids for");

/** What became of batches. */
export interface Committed {
  committed: number;
  /** had been committed before */
  duplicates: number;
  /** came back with another payload under a key that is committed */
  clashes: number;
  exchanges: number;
  /** exchanges and usage parts */
  setAside: number;
}

export interface CommitOptions {
  nowUs: number;
  /** see SERIES_PER_TENANT_AND_MINUTE */
  seriesCap?: number | undefined;
  /** Called once Postgres has the longest statement: time to do other things. May never be called. */
  onBusy?: (() => void) | undefined;
}

/**
 * Commits batches, all in one transaction: batch rows, exchanges, usage, ledger (promise counted-once). Where Postgres
 * refuses one, each is tried alone, and in the one that is refused only its bad rows are set aside.
 * @throws where Postgres is away or in trouble: nothing of the group is committed then, or not known to be
 */
export const commitBatches = async (
  database: Database,
  group: readonly PreparedBatch[],
  options: CommitOptions,
): Promise<Committed> => {
  try {
    return await commitTogether(database, group, options, false);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
  }
  const total: Committed = { committed: 0, duplicates: 0, clashes: 0, exchanges: 0, setAside: 0 };
  for (const read of group) {
    const one = await commitAlone(database, read, options);
    for (const name of Object.keys(total) as (keyof Committed)[]) total[name] += one[name];
  }
  return total;
};

const commitAlone = async (
  database: Database,
  read: PreparedBatch,
  options: CommitOptions,
): Promise<Committed> => {
  try {
    return await commitTogether(database, [read], options, false);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
  }
  try {
    return await commitTogether(database, [read], options, true);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    // Not one of its rows but its own counts: it cannot be committed at all.
    const refused = { reason: `postgres_${error.code}`, detail: "its counts", key: read.batch };
    const payload = Buffer.from(JSON.stringify(await read.whole()));
    await refuseMessage(database, read.batch.agentId, refused, payload, options.nowUs, read.hash);
    return { committed: 0, duplicates: 0, clashes: 0, exchanges: 0, setAside: 1 };
  }
};

const commitTogether = (
  database: Database,
  group: readonly PreparedBatch[],
  options: CommitOptions,
  splitting: boolean,
): Promise<Committed> =>
  database.transaction(NO_TENANT, async (tx) => {
    const unique = [...new Map(group.map((read) => [keyText(read.batch), read])).values()].sort(byKey);
    const owners = await lockOwners(tx, new Set(unique.flatMap(({ credentials }) => [...credentials])));
    const lost = lostBatchesOf(unique.map(({ batch }) => ({ ...batch, atUs: batch.createdAtUs })));
    const ids = await insertBatches(tx.sql, withLostRows(unique.map(batchRow), lost));
    const fresh = unique.filter((read) => ids.has(keyText(read.batch)));
    const clashes = await alarmClashes(tx, group, fresh);
    const settled = await writeRows(tx, fresh, ids, owners, options, splitting);
    const progress = withLostEpochs(progressOf(settled), lost);
    if (progress.length > 0) {
      await addProgress(tx.sql, progress, options.nowUs);
      await insertLostBatches(tx.sql, lost);
      await advanceEpochs(tx.sql, progress);
    }
    if (settled.length > 0) await bookParts(tx, settled, owners, options, splitting);
    for (const { batch, leftOut } of settled) await tellUsageSetAside(tx.sql, batch, leftOut, options.nowUs);
    return {
      committed: fresh.length,
      duplicates: group.length - fresh.length - clashes,
      clashes,
      exchanges: settled.reduce((sum, { row }) => sum + row.stored, 0),
      setAside: settled.reduce((sum, one) => sum + one.leftOut.length, 0),
    };
  });

interface Settled {
  row: BatchRow;
  batch: PreparedBatch["batch"];
  leftOut: LeftOut[];
}

/** Exchanges before epochs and usage: those locks are held shortest. */
const writeRows = async (
  { sql }: Transaction,
  fresh: readonly PreparedBatch[],
  ids: ReadonlyMap<string, number>,
  owners: Owners,
  options: CommitOptions,
  splitting: boolean,
): Promise<Settled[]> => {
  const firstIdOf = ({ batch }: PreparedBatch) => (ids.get(keyText(batch)) ?? 0) * IDS_PER_BATCH;
  const refused = splitting
    ? await applySplitting(sql, await placedExchanges(fresh, firstIdOf), (inner, rows) =>
        insertExchanges(inner, rows, owners),
      )
    : [];
  if (!splitting) {
    const encoded = fresh.map((read) => read.encoded);
    const placed = fresh.flatMap((read) => {
      const first = firstIdOf(read);
      return Array.from({ length: read.encoded.count }, (_, position) => first + position);
    });
    const inserting = insertEncodedExchanges(sql, encoded, placed, owners);
    options.onBusy?.();
    await inserting;
  }
  const settled = fresh.map((read): Settled => {
    const first = firstIdOf(read);
    const own = refused.filter(({ row }) => row.id >= first && row.id < first + IDS_PER_BATCH);
    const leftOut = own.map(
      ({ row, reason, code }): LeftOut => ({
        kind: "exchange",
        position: row.id % IDS_PER_BATCH,
        reason: `postgres_${code}`,
        detail: reason,
        exchanges: 1,
        row: row.exchange,
      }),
    );
    const row = batchRow(read);
    row.stored -= own.length;
    row.setAside += own.length;
    return { row, batch: read.batch, leftOut: [...read.leftOut, ...leftOut] };
  });
  for (const { row, batch, leftOut } of settled) {
    if (leftOut.length === 0) continue;
    await correctBatch(sql, batch, row);
    await setRowsAside(sql, batch, leftOut);
  }
  return settled;
};

const placedExchanges = async (
  batches: readonly PreparedBatch[],
  firstIdOf: (read: PreparedBatch) => number,
): Promise<PlacedExchange[]> => {
  const placed: PlacedExchange[] = [];
  for (const read of batches) {
    const [first, batch] = [firstIdOf(read), await read.whole()];
    for (const [position, exchange] of batch.exchanges.entries())
      placed.push({ id: first + position, batch, exchange });
  }
  return placed;
};

const bookParts = async (
  tx: Transaction,
  settled: readonly Settled[],
  owners: Owners,
  options: CommitOptions,
  splitting: boolean,
): Promise<void> => {
  const { sql } = tx;
  const parts = settled.flatMap(({ batch }) =>
    batch.usage.map((part, position): PlacedPart & AttributedPart => ({
      batch,
      position,
      ...attributed(part, owners),
    })),
  );
  if (!splitting) {
    await bookUsage(sql, parts, options.seriesCap);
    return noteAttributed(tx, parts);
  }
  const refused = await applySplitting(sql, parts, (inner, rows) =>
    bookUsage(inner, rows, options.seriesCap),
  );
  for (const { row, reason, code } of refused) {
    const one = settled.find(({ batch }) => batch === row.batch);
    const leftOut: LeftOut = {
      kind: "usage",
      position: row.position,
      reason: `postgres_${code}`,
      detail: reason,
      exchanges: row.part.requests,
      row: row.part,
    };
    one?.leftOut.push(leftOut);
    await setRowsAside(sql, row.batch, [leftOut]);
  }
  const left = new Set(refused.map(({ row }) => row));
  await noteAttributed(
    tx,
    parts.filter((part) => !left.has(part)),
  );
  const lost = refused.reduce((sum, { row }) => sum + row.part.requests, 0);
  const [one] = settled;
  if (one && lost > 0)
    await correctBatch(sql, one.batch, { ...one.row, usageRequests: usageRequests(one.batch) - lost });
};
