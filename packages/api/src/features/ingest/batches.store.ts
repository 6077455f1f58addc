import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";

/** What identifies a batch. */
export interface BatchKey {
  agentId: string;
  epoch: number;
  seq: number;
}

export interface BatchRow extends BatchKey {
  hash: Uint8Array;
  outcome: "committed" | "refused" | "lost";
  createdAtUs: number;
  completeUntilUs: number;
  stored: number;
  countedOnly: number;
  setAside: number;
  usageRequests: number;
}

const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString("hex")}`;
export const keyText = (key: BatchKey): string => `${key.agentId} ${key.epoch} ${key.seq}`;

/**
 * The gate of promise counted-once: rows whose key is new, with the ids they got, by {@link keyText}. Rows are in the
 * order of their keys. Waits for a drain that is committing one of them.
 */
export const insertBatches = async (
  sql: TransactionSql,
  rows: readonly BatchRow[],
): Promise<Map<string, number>> => {
  const numbers = (of: (row: BatchRow) => number) => plainArray(rows.map(of));
  const inserted = await sql<(BatchKey & { id: number })[]>`
    insert into batches (agent_id, epoch, seq, payload_hash, outcome, created_at, complete_until, stored, counted_only,
      set_aside, usage_requests)
    select agent_id, epoch, seq, payload_hash, outcome, to_timestamp(created_us / 1e6), to_timestamp(complete_us / 1e6),
      stored, counted_only, set_aside, usage_requests
    from unnest(${textArray(rows.map((row) => row.agentId))}::text[], ${numbers((row) => row.epoch)}::bigint[],
      ${numbers((row) => row.seq)}::bigint[], ${textArray(rows.map((row) => hex(row.hash)))}::bytea[],
      ${textArray(rows.map((row) => row.outcome))}::text[], ${numbers((row) => row.createdAtUs)}::float8[],
      ${numbers((row) => row.completeUntilUs)}::float8[], ${numbers((row) => row.stored)}::bigint[],
      ${numbers((row) => row.countedOnly)}::bigint[], ${numbers((row) => row.setAside)}::bigint[],
      ${numbers((row) => row.usageRequests)}::bigint[])
      as row (agent_id, epoch, seq, payload_hash, outcome, created_us, complete_us, stored, counted_only, set_aside,
        usage_requests)
    where not exists (
      -- A row of a batch that is settled for long may have been removed.
      select from epochs e
      where e.agent_id = row.agent_id and e.epoch = row.epoch and row.seq <= e.contiguous_through)
    on conflict do nothing
    returning agent_id as "agentId", epoch, seq, id`;
  return new Map(inserted.map((row) => [keyText(row), row.id]));
};

/** Hashes (hex) of batches that are held, by {@link keyText}. */
export const heldHashes = async (
  sql: TransactionSql,
  keys: readonly BatchKey[],
): Promise<Map<string, string>> => {
  const rows = await sql<(BatchKey & { hash: string })[]>`
    select agent_id as "agentId", epoch, seq, encode(payload_hash, 'hex') as hash
    from batches join unnest(${textArray(keys.map((key) => key.agentId))}::text[],
      ${plainArray(keys.map((key) => key.epoch))}::bigint[], ${plainArray(keys.map((key) => key.seq))}::bigint[])
      as wanted (agent_id, epoch, seq) using (agent_id, epoch, seq)`;
  return new Map(rows.map((row) => [keyText(row), row.hash]));
};

/** Corrects what a batch came to hold after rows of it were set aside. */
export const correctBatch = async (
  sql: TransactionSql,
  key: BatchKey,
  counts: Pick<BatchRow, "stored" | "setAside" | "usageRequests">,
): Promise<void> => {
  await sql`update batches set stored = ${counts.stored}, set_aside = ${counts.setAside},
      usage_requests = ${counts.usageRequests}
    where agent_id = ${key.agentId} and epoch = ${key.epoch} and seq = ${key.seq}`;
};

/** Forgets settled batches received before. The epoch's `contiguous_through` keeps the gate shut for them. */
export const forgetBatches = async (sql: TransactionSql, receivedBeforeUs: number): Promise<void> => {
  await sql`delete from batches b using epochs e where b.received_at < to_timestamp(${receivedBeforeUs}::float8 / 1e6)
    and e.agent_id = b.agent_id and e.epoch = b.epoch and b.seq <= e.contiguous_through`;
};
