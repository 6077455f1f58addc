import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { AWAY_AFTER_SECONDS, CLOCK_AHEAD_SECONDS } from "../features/agents/index.js";
import type { Metric } from "./prometheus-text.js";

interface Totals {
  revision: number;
  policies: number;
  captured: number;
  stored: number;
  counted_only: number;
  set_aside: number;
  settled: number;
  imbalance: number;
  pending: number;
}
interface Named {
  a: string;
  b: string;
  value: number;
}

const metric = (
  name: string,
  type: Metric["type"],
  help: string,
  samples: Metric["samples"] | number,
): Metric => ({
  name: `masthead_${name}`,
  type,
  help,
  samples: typeof samples === "number" ? [{ value: samples }] : samples,
});

const DELIVERY_STATES = ["pending", "delivered", "dead", "cancelled"];

/** The fleet's figures, from tables with one row a run of an agent or a delivery: no scan over exchanges or batches. */
export async function readMetrics(sql: TransactionSql, nowUs: UnixMicros): Promise<Metric[]> {
  const [totals] = await sql<[Totals]>`
    select (select revision from policy_counter) as revision,
      (select count(*) from policies where document is not null) as policies, accounts.*, runs.*
    from (select coalesce(sum(captured), 0)::bigint as captured, coalesce(sum(abs(imbalance)), 0)::bigint as imbalance
        from ledger) accounts,
      (select coalesce(sum(stored), 0)::bigint as stored, coalesce(sum(counted_only), 0)::bigint as counted_only,
        coalesce(sum(set_aside), 0)::bigint as set_aside, coalesce(sum(contiguous_through), 0)::bigint as settled,
        coalesce(sum(pending) filter (where not exists (
          select from epochs later where later.agent_id = e.agent_id and later.epoch > e.epoch)), 0)::bigint as pending
        from epochs e) runs`;
  const losses = await sql<Named[]>`
    select stage as a, reason as b, sum(lost)::bigint as value from ledger_losses where lost is not null
    group by 1, 2 order by 1, 2`;
  const events = await sql<
    Named[]
  >`select name as a, reason as b, count as value from ingest_counters order by 1, 2`;
  const heardSinceUs = nowUs - AWAY_AFTER_SECONDS * 1_000_000;
  const health = await sql<{ health: string; value: number }[]>`
    select case when other_run_seen_us >= ${heardSinceUs} then 'degraded'
      when (heartbeat->>'final')::boolean or received_at_us < ${heardSinceUs} then 'away'
      when sent_at_us - received_at_us >= ${CLOCK_AHEAD_SECONDS * 1_000_000} then 'degraded' else heartbeat->'health'->>'status' end as health, count(*) as value
    from agents group by 1`;
  const agents = new Map(health.map((row) => [row.health, row.value]));
  const states = await sql<{ state: string; value: number; oldest_us: number | null }[]>`
    select state, count(*) as value, min(created_at_us) filter (where state = 'pending') as oldest_us
    from deliveries group by 1`;
  const deliveries = new Map(states.map((row) => [row.state, row.value]));
  const oldestUs = states.find(({ state }) => state === "pending")?.oldest_us ?? nowUs;
  return [
    metric("policy_revision", "gauge", "The fleet's counter of policy changes.", totals.revision),
    metric("policies", "gauge", "Live policies.", totals.policies),
    metric(
      "agents",
      "gauge",
      "Agents by health.",
      ["ok", "degraded", "away"].map((name) => ({ labels: { health: name }, value: agents.get(name) ?? 0 })),
    ),
    metric("batches_settled_total", "counter", "Batches settled without a gap before them.", totals.settled),
    metric("exchanges_captured_total", "counter", "Exchanges that agents reported as seen.", totals.captured),
    metric("exchanges_committed_total", "counter", "Exchanges in Postgres, by how they are held.", [
      { labels: { held: "stored" }, value: totals.stored },
      { labels: { held: "counted_only" }, value: totals.counted_only },
      { labels: { held: "set_aside" }, value: totals.set_aside },
    ]),
    metric(
      "exchanges_pending",
      "gauge",
      "Exchanges on their way inside agents that run, as last reported.",
      totals.pending,
    ),
    metric(
      "ledger_imbalance",
      "gauge",
      "Exchanges that the accounts of agents' runs do not explain: anything but 0 is a defect.",
      totals.imbalance,
    ),
    metric(
      "exchanges_lost_total",
      "counter",
      "Exchanges lost, by stage and reason.",
      losses.map(({ a, b, value }) => ({ labels: { stage: a, reason: b }, value })),
    ),
    metric(
      "ingest_events_total",
      "counter",
      "What went wrong at ingest: clashes, refusals and what was set aside.",
      events.map(({ a, b, value }) => ({ labels: { event: a, reason: b }, value })),
    ),
    metric(
      "deliveries",
      "gauge",
      "Deliveries of reports that are held, by state; those that are dead were given up.",
      DELIVERY_STATES.map((state) => ({ labels: { state }, value: deliveries.get(state) ?? 0 })),
    ),
    metric(
      "delivery_pending_oldest_seconds",
      "gauge",
      "Age of the oldest delivery that is still to be made.",
      Math.max(0, Math.floor((nowUs - oldestUs) / 1_000_000)),
    ),
  ];
}
