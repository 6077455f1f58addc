import type { AgentId } from "@masthead/shared/ids";
import type { Watermark } from "@masthead/shared/wire/watermark";
import type { Sql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

const EPOCHS_MAX = 64;
const RANGES_MAX = 1_024;

interface EpochRow {
  agent_id: AgentId;
  epoch: number;
  contiguous_through: number;
  seqs: number[] | null;
  refused: number[] | null;
  lost: number[] | null;
}

/** Watermarks of agents as Postgres has committed them: their newest epochs, newest first. */
export const readWatermarks = async (sql: Sql, agentIds: readonly string[]): Promise<Watermark[]> => {
  const rows = await sql<EpochRow[]>`
    select e.agent_id, e.epoch, e.contiguous_through, above.seqs, refused.seqs as refused, lost.seqs as lost
    from unnest(${textArray(agentIds)}::text[]) as wanted (agent_id)
    cross join lateral (
      select * from epochs e where e.agent_id = wanted.agent_id order by epoch desc limit ${EPOCHS_MAX}) e
    cross join lateral (
      select to_jsonb(array_agg(seq order by seq)) as seqs from (
        select seq from batches b where b.agent_id = e.agent_id and b.epoch = e.epoch and seq > e.contiguous_through
        order by seq limit 100000) held) above
    cross join lateral (
      select to_jsonb(array_agg(seq order by seq)) as seqs from (
        select seq from batches b where b.agent_id = e.agent_id and b.epoch = e.epoch and outcome = 'refused'
        order by seq desc limit ${RANGES_MAX}) newest) refused
    cross join lateral (
      select to_jsonb(array_agg(seq order by seq)) as seqs from (
        select seq from lost_batches l where l.agent_id = e.agent_id and l.epoch = e.epoch
        order by seq desc limit ${RANGES_MAX}) newest) lost`;
  const watermarks = new Map<AgentId, Watermark>();
  for (const row of rows) {
    const watermark = watermarks.get(row.agent_id) ?? { v: 1, agentId: row.agent_id, epochs: [] };
    watermark.epochs.push({
      epoch: row.epoch,
      ...withGaps(row.contiguous_through, row.seqs ?? []),
      refused: row.refused ?? [],
      ...(row.lost ? { lost: row.lost } : {}),
    });
    watermarks.set(row.agent_id, watermark);
  }
  return [...watermarks.values()];
};

/**
 * The highest seq that is settled, and the ranges below it that are not. Beyond 1,024 ranges it stays below the next one.
 * @param seqs settled ones above `contiguousThrough`, ascending
 */
export const withGaps = (
  contiguousThrough: number,
  seqs: readonly number[],
): { committedThrough: number; gaps: [number, number][] } => {
  let committedThrough = contiguousThrough;
  const gaps: [number, number][] = [];
  for (const seq of seqs) {
    if (seq > committedThrough + 1) {
      if (gaps.length === RANGES_MAX) break;
      gaps.push([committedThrough + 1, seq - 1]);
    }
    committedThrough = seq;
  }
  return { committedThrough, gaps };
};
