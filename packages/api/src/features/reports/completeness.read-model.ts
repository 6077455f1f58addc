import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** What may be missing of a range. Of the whole fleet: what was lost has no tenant. */
export interface Completeness {
  /** null: no agent ran before the range's end */
  readonly completeUntilUs: UnixMicros | null;
  readonly lost: number;
  readonly pending: number;
  readonly gaps: readonly { agentId: string; fromUs: UnixMicros; toUs: UnixMicros }[];
}

interface Row extends Omit<Completeness, "gaps"> {
  readonly gaps: string;
}

/**
 * Completeness of a range (promise no-silent-loss). To be read before what it speaks of: what is committed in between is then
 * counted and not promised. The newest run of an agent holds `completeUntil` back until it has said its last;
 * older runs that ended without that are gaps.
 * @param range Unix seconds. @param nowUs what a fleet whose runs have all ended is complete until
 */
export async function readCompleteness(
  sql: TransactionSql,
  range: { from: number; to: number },
  nowUs: UnixMicros,
): Promise<Completeness> {
  const [from, to] = [sql`to_timestamp(${range.from}::float8)`, sql`to_timestamp(${range.to}::float8)`];
  const micros = (time: ReturnType<typeof sql>) => sql`(extract(epoch from ${time}) * 1000000)::bigint`;
  const [row] = await sql<Row[]>`
    with runs as (
      select e.agent_id, e.epoch, e.final, e.complete_until, e.first_seen_at,
        lead(e.epoch) over (partition by e.agent_id order by e.epoch) as next
      from epochs e where to_timestamp(e.epoch / 1000.0) < ${to})
    select
      (select case when count(*) > 0 then coalesce(
          min(${micros(sql`coalesce(complete_until, first_seen_at)`)}) filter (where not final and next is null),
          ${nowUs}::bigint) end from runs) as "completeUntilUs",
      (select coalesce(sum(lost), 0)::bigint from loss_minutes where minute >= ${from} and minute < ${to}) as lost,
      (select coalesce(sum(greatest(l.pending, 0)), 0)::bigint from runs join ledger l using (agent_id, epoch)
        where not l.ended_without_report
          and (runs.complete_until is null or runs.complete_until < ${to})) as pending,
      (select coalesce(json_agg(json_build_object('agentId', agent_id, 'fromUs', ${micros(sql`unknown_from`)},
          'toUs', ${micros(sql`unknown_until`)}) order by unknown_from, agent_id), '[]')
        from ledger where ended_without_report and unknown_from < ${to} and unknown_until >= ${from})::text as gaps`;
  if (!row) throw new Error("completeness was not answered");
  return { ...row, gaps: JSON.parse(row.gaps) as Completeness["gaps"] };
}
