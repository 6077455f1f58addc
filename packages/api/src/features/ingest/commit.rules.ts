import { DAY_US, dayOf } from "@masthead/shared/time";
import type { Batch, BatchHead } from "@masthead/shared/wire/batch";
import type { LeftOut, ReadBatch } from "./batch-message.rules.js";
import type { BatchKey, BatchRow } from "./batches.store.js";
import type { EpochProgress } from "./epochs.store.js";
import type { PreparedBatch } from "./prepared-batch.rules.js";

/** A host's clock may be ahead by so much; beyond, its exchanges would wait for their day. */
const AHEAD_MAX_US = DAY_US;

/**
 * Leaves out what lies beyond the days that can be stored: exchanges older than `keepDays` or ahead, usage ahead. Older
 * usage is booked, whatever its age.
 */
export const withinDays = (read: ReadBatch, nowUs: number, keepDays: number): ReadBatch => {
  const oldest = nowUs - keepDays * DAY_US;
  const newest = nowUs + AHEAD_MAX_US;
  const leftOut: LeftOut[] = [...read.leftOut];
  const leave = (
    kind: LeftOut["kind"],
    position: number,
    row: unknown,
    exchanges: number,
    reason: string,
  ) => {
    leftOut.push({ kind, position, reason, detail: "its time", exchanges, row });
    return false;
  };
  const { batch } = read;
  const exchanges = batch.exchanges.filter((exchange, position) => {
    if (exchange.timeUs > newest) return leave("exchange", position, exchange, 1, "time_ahead");
    return exchange.timeUs >= oldest || leave("exchange", position, exchange, 1, "time_past_retention");
  });
  const usage = batch.usage.filter(
    (part, position) =>
      part.windowStart * 1e6 <= newest || leave("usage", position, part, part.requests, "time_ahead"),
  );
  if (leftOut.length === read.leftOut.length) return read;
  return { ...read, batch: { ...batch, exchanges, usage }, leftOut };
};

/** Days (UTC), `YYYY-MM-DD`, of a batch's exchanges and usage. */
export interface BatchDays {
  exchanges: ReadonlySet<string>;
  usage: ReadonlySet<string>;
}

export const daysOf = (batch: Batch): BatchDays => ({
  exchanges: new Set([...wholeDays(batch.exchanges.map((row) => row.timeUs))].map(dayOf)),
  usage: new Set([...wholeDays(batch.usage.map((row) => row.windowStart * 1e6))].map(dayOf)),
});

const wholeDays = (times: readonly number[]): Set<number> =>
  new Set(times.map((time) => Math.floor(time / DAY_US) * DAY_US));

export const usageRequests = (batch: Pick<Batch, "usage">): number =>
  batch.usage.reduce((sum, part) => sum + part.requests, 0);

/** The batch's own row. Exchanges that are left out are committed, too: set aside, where they can be looked at. */
export const batchRow = ({ batch, hash, leftOut, encoded }: PreparedBatch): BatchRow => ({
  agentId: batch.agentId,
  epoch: batch.epoch,
  seq: batch.seq,
  hash,
  outcome: "committed",
  createdAtUs: batch.createdAtUs,
  completeUntilUs: batch.completeUntilUs,
  stored: encoded.count,
  countedOnly: batch.countedOnly,
  setAside: leftOut.filter((row) => row.kind === "exchange").length,
  usageRequests: usageRequests(batch),
});

/** What batches add to their epochs, in the order of the epochs' keys; the newest account of each. */
export const progressOf = (rows: readonly { row: BatchRow; batch: BatchHead }[]): EpochProgress[] => {
  const epochs = new Map<string, EpochProgress>();
  for (const { row, batch } of rows) {
    const key = `${row.agentId} ${row.epoch}`;
    const epoch = epochs.get(key) ?? {
      agentId: row.agentId,
      epoch: row.epoch,
      stored: 0,
      countedOnly: 0,
      setAside: 0,
      lastSeq: 0,
      final: false,
    };
    epoch.stored += row.stored;
    epoch.countedOnly += row.countedOnly;
    epoch.setAside += row.setAside;
    if (!epoch.report || batch.seq > epoch.report.seq)
      epoch.report = { atUs: batch.createdAtUs, seq: batch.seq, ledger: batch.ledger };
    epoch.lastSeq = Math.max(epoch.lastSeq, row.seq);
    epochs.set(key, epoch);
  }
  return [...epochs.values()].sort((a, b) =>
    a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : a.epoch - b.epoch,
  );
};

export const byKey = (a: { batch: BatchKey }, b: { batch: BatchKey }): number =>
  (a.batch.agentId < b.batch.agentId ? -1 : a.batch.agentId > b.batch.agentId ? 1 : 0) ||
  a.batch.epoch - b.batch.epoch ||
  a.batch.seq - b.batch.seq;
