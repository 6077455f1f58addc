import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import type { TimeRange } from "../../platform/http/instant.js";

/** An agent that has not been heard of for so long may be seeing what no report counts. */
const SILENT_AFTER_SECONDS = 60;
const GAPS_MAX = 1_000;

/**
 * What may be missing in a range, by the ledger: see decision 0002. Concerned are runs that were heard of since the range
 * began; a run that stopped on purpose holds nothing back once all of its batches are settled, and where its agent came back, nobody captured
 * in between. A suspension that lasts reaches as
 * far as the run was heard of, by a heartbeat or by batches, which may be the newer ones.
 * @param agentIds absent: the fleet
 */
export const readCompleteness = async (
  sql: TransactionSql,
  range: TimeRange,
  nowUs: number,
  agentIds?: readonly string[],
): Promise<Pick<UsageMeta, "completeUntil" | "completeness">> => {
  const from = sql`${toRfc3339(range.fromUs)}::timestamptz`;
  const to = sql`${toRfc3339(range.toUs)}::timestamptz`;
  const now = sql`${toRfc3339(nowUs)}::timestamptz`;
  const ofAgents = agentIds
    ? sql`and agent_id in (select jsonb_array_elements_text(${JSON.stringify(agentIds)}::jsonb))`
    : sql``;
  const [row] = await sql<
    { complete_us: number | null; known: boolean; lost: number; pending: number; gaps: Gap[] | null }[]
  >`
    with newest as (
      select distinct on (agent_id) agent_id, epoch from epochs where true ${ofAgents} order by agent_id, epoch desc),
    runs as (
      select e.agent_id, e.epoch, e.first_seen_at, e.last_seen_at, e.complete_until, e.final,
        n.epoch is not null as is_newest, l.pending, l.undelivered
      from epochs e join ledger l using (agent_id, epoch) left join newest n using (agent_id, epoch)
      where e.last_seen_at >= ${from} ${ofAgents}),
    gaps as (
      select agent_id, lost_from as gap_from, lost_until as gap_to, 'agent/epoch_ended' as reason
      from ledger_losses where lost is null ${ofAgents}
      union all
      select agent_id, complete_until, came_back, 'agent/stopped' from epochs e cross join lateral (
        select greatest(to_timestamp(min(n.epoch) / 1000.0), min(n.capturing_since)) as came_back from epochs n
        where n.agent_id = e.agent_id and n.epoch > e.epoch) later
      where final and came_back > complete_until ${ofAgents}
      union all
      select agent_id, since, coalesce(until, greatest(reported_at, complete_until)), 'agent/suspended'
      from suspensions join epochs using (agent_id, epoch) where true ${ofAgents}
      union all
      select agent_id, coalesce(complete_until, first_seen_at), ${now}, 'agent/silent' from runs
      where is_newest and not final and last_seen_at < ${now} - make_interval(secs => ${SILENT_AFTER_SECONDS}))
    select
      (select (extract(epoch from min(coalesce(complete_until, first_seen_at))) * 1000000)::bigint from runs
        where (is_newest and not final) or undelivered > 0) as complete_us,
      exists (select from runs) as known,
      (select coalesce(sum(lost), 0)::bigint from loss_times
        where minute >= date_trunc('minute', ${from}) and minute < ${to} ${ofAgents}) as lost,
      (select coalesce(sum(greatest(pending, 0)), 0)::bigint from runs
        where is_newest or undelivered > 0) as pending,
      (select jsonb_agg(to_jsonb(overlapping)) from (
        select agent_id, (extract(epoch from gap_from) * 1000000)::bigint as from_us,
          (extract(epoch from gap_to) * 1000000)::bigint as to_us, reason
        from gaps where gap_from < ${to} and gap_to > ${from} order by gap_from limit ${GAPS_MAX}) overlapping) as gaps`;
  const completeUs = row?.known ? (row.complete_us ?? nowUs) : null;
  return {
    completeUntil: completeUs === null ? null : toRfc3339(completeUs),
    completeness: {
      lost: row?.lost ?? 0,
      pending: row?.pending ?? 0,
      gaps: (row?.gaps ?? []).map((gap) => ({
        agentId: gap.agent_id,
        from: toRfc3339(gap.from_us),
        to: toRfc3339(gap.to_us),
        reason: gap.reason,
      })),
    },
  };
};

interface Gap {
  agent_id: string;
  from_us: number;
  to_us: number;
  reason: string;
}
