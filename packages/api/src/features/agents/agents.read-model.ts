import type { UnixMicros } from "@masthead/shared/time";
import type { Heartbeat } from "@masthead/shared/wire/heartbeat";
import type { TransactionSql } from "postgres";

/** One agent: its newest heartbeat, and what Postgres itself knows of the same run. */
export interface AgentView {
  readonly heartbeat: Heartbeat;
  readonly startedAtUs: UnixMicros;
  readonly receivedAtUs: UnixMicros;
  /** an earlier run that was heard of after this one had begun */
  readonly otherRunHost: string | null;
  readonly otherRunSeenUs: UnixMicros | null;
  /** absent: nothing of this run was settled yet */
  readonly ledger: { captured: number; committed: number; pending: number; lost: number } | null;
  readonly losses: readonly { stage: string; reason: string; count: number }[];
}

interface Row extends Omit<AgentView, "heartbeat" | "ledger" | "losses"> {
  readonly heartbeat: string;
  readonly ledger: string | null;
  readonly losses: string | null;
}

/** Agents by id, from behind `after` on; with `id` only that one. */
export async function readAgents(
  sql: TransactionSql,
  { id, after = "", limit }: { id?: string; after?: string | undefined; limit: number },
): Promise<AgentView[]> {
  const rows = await sql<Row[]>`
    select a.heartbeat::text as heartbeat, a.epoch_first_seen_us as "startedAtUs",
      a.received_at_us as "receivedAtUs", a.other_run_host as "otherRunHost", a.other_run_seen_us as "otherRunSeenUs",
      (select json_build_object('captured', l.captured, 'committed', l.committed, 'pending', l.pending, 'lost', l.lost)
        from ledger l where l.agent_id = a.agent_id and l.epoch = a.epoch)::text as ledger,
      (select json_agg(json_build_object('stage', e.stage, 'reason', e.reason, 'count', e.lost)
          order by e.stage, e.reason)
        from ledger_losses e where e.agent_id = a.agent_id and e.epoch = a.epoch and e.lost > 0)::text as losses
    from agents a
    where ${id === undefined ? sql`a.agent_id > ${after}` : sql`a.agent_id = ${id}`}
    order by a.agent_id limit ${limit}`;
  return rows.map((row) => ({
    ...row,
    heartbeat: JSON.parse(row.heartbeat) as Heartbeat,
    ledger: row.ledger === null ? null : (JSON.parse(row.ledger) as AgentView["ledger"]),
    losses: row.losses === null ? [] : (JSON.parse(row.losses) as AgentView["losses"]),
  }));
}
