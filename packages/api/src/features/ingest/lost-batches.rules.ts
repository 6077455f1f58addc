import type { Ledger } from "@masthead/shared/wire/ledger";
import { type BatchKey, type BatchRow, keyText } from "./batches.store.js";
import type { EpochKey, EpochProgress } from "./epochs.store.js";

/** A batch that its agent says is lost for good. */
export interface LostBatchRow extends BatchKey {
  exchanges: number;
  stage: string;
  reason: string;
  /** epoch of the run that says so */
  reportedBy: number;
  reportedAtUs: number;
}

/** Who said what, and when. */
export interface Account extends EpochKey {
  atUs: number;
  ledger: Ledger;
}

const compare = (a: BatchKey, b: BatchKey): number =>
  (a.agentId < b.agentId ? -1 : a.agentId > b.agentId ? 1 : 0) || a.epoch - b.epoch || a.seq - b.seq;

/** What accounts say is lost, each batch once, by the oldest run that says so; a run knows nothing of later ones. */
export const lostBatchesOf = (accounts: readonly Account[]): LostBatchRow[] => {
  const rows = new Map<string, LostBatchRow>();
  for (const { agentId, epoch, atUs, ledger } of accounts)
    for (const lost of ledger.lostBatches ?? []) {
      if (lost.epoch > epoch) continue;
      const row = { ...lost, agentId, reportedBy: epoch, reportedAtUs: atUs };
      const known = rows.get(keyText(row));
      if (!known || row.reportedBy < known.reportedBy) rows.set(keyText(row), row);
    }
  return [...rows.values()].sort(compare);
};

/** Batch rows with those of lost batches, in the order of their keys; where one came after all, it counts. */
export const withLostRows = (rows: readonly BatchRow[], lost: readonly LostBatchRow[]): BatchRow[] => {
  const came = new Set(rows.map(keyText));
  const settled = lost
    .filter((row) => !came.has(keyText(row)))
    .map(
      ({ agentId, epoch, seq, reportedAtUs }): BatchRow => ({
        ...{ agentId, epoch, seq, hash: new Uint8Array(), outcome: "lost", createdAtUs: reportedAtUs },
        ...{ completeUntilUs: 0, stored: 0, countedOnly: 0, setAside: 0, usageRequests: 0 },
      }),
    );
  return settled.length === 0 ? [...rows] : [...rows, ...settled].sort(compare);
};

/** Progress with the epochs of lost batches, which move on too, in the order of their keys. */
export const withLostEpochs = (
  progress: readonly EpochProgress[],
  lost: readonly LostBatchRow[],
): EpochProgress[] => {
  const epochs = new Map(progress.map((row) => [`${row.agentId} ${row.epoch}`, row]));
  for (const { agentId, epoch, seq } of lost) {
    const nothing = { stored: 0, countedOnly: 0, setAside: 0, lastSeq: 0, final: false };
    const known = epochs.get(`${agentId} ${epoch}`) ?? { agentId, epoch, ...nothing };
    epochs.set(`${agentId} ${epoch}`, { ...known, lastSeq: Math.max(known.lastSeq, seq) });
  }
  return [...epochs.values()].sort((a, b) => compare({ ...a, seq: 0 }, { ...b, seq: 0 }));
};
