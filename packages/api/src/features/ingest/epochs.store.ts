import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { Ledger, LossStage } from "@masthead/shared/wire/ledger";
import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";

export interface EpochKey {
  agentId: string;
  epoch: number;
}

/** What one transaction adds to an epoch, and the newest account that came with it. */
export interface EpochProgress extends EpochKey {
  stored: number;
  countedOnly: number;
  setAside: number;
  lastSeq: number;
  final: boolean;
  /** `seq`: its `batched` counts the batches up to it */
  report?: { atUs: number; seq: number; ledger: Ledger } | undefined;
}

/** Adds progress to epochs, which are in the order of their keys, and locks them until the transaction ends. */
export const addProgress = async (
  sql: TransactionSql,
  rows: readonly EpochProgress[],
  nowUs: number,
): Promise<void> => {
  const numbers = (of: (row: EpochProgress) => number | null | undefined) => plainArray(rows.map(of));
  const now = sql`to_timestamp(${nowUs}::float8 / 1e6)`;
  await sql`
    insert into epochs as e (agent_id, epoch, first_seen_at, last_seen_at, stored, counted_only, set_aside, last_seq,
      final, account_serial, reported_at, reported_seq, captured, batched, pending)
    select agent_id, epoch, ${now}, ${now}, stored, counted_only, set_aside, last_seq, final,
      coalesce(account_serial, 0), to_timestamp(reported_us / 1e6), coalesce(reported_seq, 0), coalesce(captured, 0), coalesce(batched, 0),
      coalesce(pending, 0)
    from unnest(${textArray(rows.map((row) => row.agentId))}::text[], ${numbers((row) => row.epoch)}::bigint[],
      ${numbers((row) => row.stored)}::bigint[], ${numbers((row) => row.countedOnly)}::bigint[],
      ${numbers((row) => row.setAside)}::bigint[], ${numbers((row) => row.lastSeq)}::bigint[],
      ${plainArray(rows.map((row) => row.final))}::boolean[],
      ${numbers((row) => row.report?.ledger.serial)}::bigint[], ${numbers((row) => row.report?.atUs)}::float8[],
      ${numbers((row) => row.report?.seq)}::bigint[],
      ${numbers((row) => row.report?.ledger.captured)}::bigint[],
      ${numbers((row) => row.report?.ledger.batched)}::bigint[],
      ${numbers((row) => row.report?.ledger.pending)}::bigint[])
      as row (agent_id, epoch, stored, counted_only, set_aside, last_seq, final, account_serial, reported_us,
        reported_seq, captured, batched, pending)
    on conflict (agent_id, epoch) do update set
      last_seen_at = greatest(e.last_seen_at, excluded.last_seen_at),
      stored = e.stored + excluded.stored,
      counted_only = e.counted_only + excluded.counted_only,
      set_aside = e.set_aside + excluded.set_aside,
      last_seq = greatest(e.last_seq, excluded.last_seq),
      final = e.final or excluded.final,
      (account_serial, reported_at, reported_seq, captured, batched, pending) = (
        select newest.* from (values
          (e.account_serial, e.reported_at, e.reported_seq, e.captured, e.batched, e.pending),
          (excluded.account_serial, excluded.reported_at, excluded.reported_seq, excluded.captured, excluded.batched,
            excluded.pending)) as newest (account_serial, reported_at, reported_seq, captured, batched, pending)
        order by newest.account_serial desc, newest.reported_at desc nulls last, newest.batched desc limit 1)`;
  await addLosses(sql, rows);
};

/** Losses are cumulative in an epoch; what is new of them is booked to the minute in which it was reported. */
const addLosses = async (sql: TransactionSql, epochs: readonly EpochProgress[]): Promise<void> => {
  const rows = epochs.flatMap((epoch) =>
    (epoch.report?.ledger.lost ?? [])
      .filter((loss) => loss.count > 0)
      .map((loss) => ({
        ...loss,
        agentId: epoch.agentId,
        epoch: epoch.epoch,
        atUs: epoch.report?.atUs ?? 0,
      })),
  );
  if (rows.length === 0) return;
  await sql`
    with reported as (
      select agent_id, epoch, stage, reason, max(lost) as lost, max(at_us) as at_us
      from unnest(${textArray(rows.map((row) => row.agentId))}::text[], ${plainArray(rows.map((row) => row.epoch))}::bigint[],
        ${textArray(rows.map((row) => row.stage))}::text[], ${textArray(rows.map((row) => row.reason))}::text[],
        ${plainArray(rows.map((row) => row.count))}::bigint[], ${plainArray(rows.map((row) => row.atUs))}::float8[])
        as row (agent_id, epoch, stage, reason, lost, at_us) group by 1, 2, 3, 4),
    grown as (
      select r.*, r.lost - coalesce(l.lost, 0) as more
      from reported r left join epoch_losses l using (agent_id, epoch, stage, reason)
      where r.lost > coalesce(l.lost, 0)),
    totals as (
      insert into epoch_losses (agent_id, epoch, stage, reason, lost)
      select agent_id, epoch, stage, reason, lost from grown order by 1, 2, 3, 4
      on conflict (agent_id, epoch, stage, reason) do update set lost = excluded.lost)
    insert into loss_minutes as m (agent_id, epoch, stage, reason, minute, lost)
    select agent_id, epoch, stage, reason, date_trunc('minute', to_timestamp(at_us / 1e6)), more from grown
    order by 1, 2, 3, 4, 5
    on conflict (agent_id, epoch, stage, reason, minute) do update set lost = m.lost + excluded.lost`;
};

/** Books a loss that is no agent's, and in none of its accounts, to the minute in which it came to be known. */
export const bookLoss = async (
  sql: TransactionSql,
  loss: EpochKey & { stage: LossStage; reason: string; lost: number; nowUs: number },
): Promise<void> => {
  await sql`
    insert into loss_minutes as m (agent_id, epoch, stage, reason, minute, lost)
    values (${loss.agentId}, ${loss.epoch}, ${loss.stage}, ${loss.reason},
      date_trunc('minute', to_timestamp(${loss.nowUs}::float8 / 1e6)), ${loss.lost})
    on conflict (agent_id, epoch, stage, reason, minute) do update set lost = m.lost + excluded.lost`;
};

/**
 * Moves `contiguous_through` and `complete_until` over what is settled without a hole: as far as the last batch says, which is less than the one
 * before where its host's clock was set back. Epochs are locked already.
 */
export const advanceEpochs = async (sql: TransactionSql, epochs: readonly EpochKey[]): Promise<void> => {
  await sql`
    update epochs e set contiguous_through = settled.through,
      complete_until = coalesce(settled.complete_until, e.complete_until)
    from (
      select e.agent_id, e.epoch, max(b.seq) as through,
        (array_agg(b.complete_until order by b.seq desc) filter (where b.outcome = 'committed'))[1] as complete_until
      from unnest(${textArray(epochs.map((row) => row.agentId))}::text[],
        ${plainArray(epochs.map((row) => row.epoch))}::bigint[]) as wanted (agent_id, epoch)
      join epochs e using (agent_id, epoch)
      cross join lateral (
        select seq, outcome, complete_until, row_number() over (order by seq) as place from batches
        where agent_id = e.agent_id and epoch = e.epoch and seq > e.contiguous_through) b
      where b.seq = e.contiguous_through + b.place
      group by e.agent_id, e.epoch) settled
    where e.agent_id = settled.agent_id and e.epoch = settled.epoch`;
};

/** When a run began to capture, the first time it says so. */
export const capturingSince = async (sql: TransactionSql, key: EpochKey, sinceUs: number): Promise<void> => {
  await sql`update epochs set capturing_since = to_timestamp(${sinceUs}::float8 / 1e6)
    where agent_id = ${key.agentId} and epoch = ${key.epoch} and capturing_since is null`;
};

/** A heartbeat's `completeUntil` counts once all that it had batched is settled; what was batched since says more. @param isNewest of its agent */
export const completeUntil = async (
  sql: TransactionSql,
  key: EpochKey,
  { lastSeq, completeUntilUs }: Pick<Heartbeat, "lastSeq" | "completeUntilUs">,
  isNewest: boolean,
): Promise<void> => {
  const until = sql`to_timestamp(${completeUntilUs}::float8 / 1e6)`;
  await sql`update epochs set complete_until = ${isNewest ? until : sql`greatest(complete_until, ${until})`}
    where agent_id = ${key.agentId} and epoch = ${key.epoch} and contiguous_through = ${lastSeq}`;
};
