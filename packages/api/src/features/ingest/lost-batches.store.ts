import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import type { LostBatchRow } from "./lost-batches.rules.js";

/**
 * Books lost batches, in the order of their keys, each once; its own run's word comes before a later one's. What was
 * committed after all is not lost. Their rows in `batches` are there already.
 */
export const insertLostBatches = async (
  sql: TransactionSql,
  rows: readonly LostBatchRow[],
): Promise<void> => {
  if (rows.length === 0) return;
  const numbers = (of: (row: LostBatchRow) => number) => plainArray(rows.map(of));
  const texts = (of: (row: LostBatchRow) => string) => textArray(rows.map(of));
  await sql`
    insert into lost_batches as l (agent_id, epoch, seq, exchanges, stage, reason, reported_by, reported_at)
    select agent_id, epoch, seq, exchanges, stage, reason, reported_by, to_timestamp(reported_us / 1e6)
    from unnest(${texts((row) => row.agentId)}::text[], ${numbers((row) => row.epoch)}::bigint[],
      ${numbers((row) => row.seq)}::bigint[], ${numbers((row) => row.exchanges)}::bigint[],
      ${texts((row) => row.stage)}::text[], ${texts((row) => row.reason)}::text[],
      ${numbers((row) => row.reportedBy)}::bigint[], ${numbers((row) => row.reportedAtUs)}::float8[])
      as row (agent_id, epoch, seq, exchanges, stage, reason, reported_by, reported_us)
    join batches b using (agent_id, epoch, seq)
    where b.outcome <> 'committed'
    order by agent_id, epoch, seq
    on conflict (agent_id, epoch, seq) do update set reported_by = excluded.reported_by
      where excluded.reported_by < l.reported_by`;
};
