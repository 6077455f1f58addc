import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import type { Period } from "../reports/index.js";

/** A run of an agent that is silent for so long holds no report back any more. */
const GIVEN_UP_AFTER_HOURS = 24;

/**
 * Runs of agents with what is known of them. A run may add to a period when it was heard of after its begin, began before its
 * end, is not complete until then, and is going on or has batches that are not delivered.
 */
const runs = (sql: TransactionSql): Fragment => sql`
  select e.agent_id, least(e.first_seen_at, to_timestamp(e.epoch / 1000.0)) as began, e.last_seen_at,
    coalesce(e.complete_until, e.first_seen_at) as complete_until, l.undelivered, greatest(l.pending, 0) as pending,
    not e.final and not exists (
      select from epochs n where n.agent_id = e.agent_id and n.epoch > e.epoch) as goes_on
  from epochs e join ledger l using (agent_id, epoch)`;

const givenUpBefore = (sql: TransactionSql, nowUs: number): Fragment =>
  sql`to_timestamp(${nowUs}::float8 / 1e6) - make_interval(hours => ${GIVEN_UP_AFTER_HOURS})`;

/** Of these periods those to which an agent may add yet, by their texts. */
export const unsettledPeriods = async (
  sql: TransactionSql,
  periods: readonly Period[],
  nowUs: number,
): Promise<Set<string>> => {
  if (periods.length === 0) return new Set();
  const rows = await sql<{ text: string }[]>`
    with asked as (
      select p ->> 'text' as text, to_timestamp((p ->> 'from')::float8) as starts, to_timestamp((p ->> 'to')::float8) as ends
      from jsonb_array_elements(${JSON.stringify(periods)}::jsonb) as p),
    held_back as materialized (
      select * from (${runs(sql)}) runs
      where last_seen_at >= ${givenUpBefore(sql, nowUs)} and (goes_on or undelivered > 0))
    select text from asked where exists (
      select from held_back r where r.began < ends and r.last_seen_at >= starts and r.complete_until < ends)`;
  return new Set(rows.map((row) => row.text));
};

/**
 * Whether a tenant's usage in the period has come to rest: it is in the coarse buckets that reports are read from, and none is on its
 * way to this tenant, or from where it was counted until then.
 */
export const hasComeToRest = async (
  sql: TransactionSql,
  tenantId: string,
  { from, to }: Period,
): Promise<boolean> => {
  const rows = await sql`
    select from usage_dirty where tenant_id = ${tenantId} and level in ('quarter', 'day')
      and bucket >= to_timestamp(${from}::float8) and bucket < to_timestamp(${to}::float8)
    union all
    select from tenant_moves where finished_at_us is null
      and (tenant_id = ${tenantId} or ${tenantId} = ${UNATTRIBUTED_TENANT} or ${tenantId}::text like 'fp:%') limit 1`;
  return rows.length === 0;
};

/** What a run left behind that was given up: nobody can say what passed in that span, or it never came. */
export interface GivenUp {
  readonly fromUs: number;
  /** exchanges that its account has and that were not committed */
  readonly pending: number;
  /** its last word is that it goes on; otherwise batches of it are missing */
  readonly goesOn: boolean;
}

/** Runs that may hold exchanges of the period and were given up. */
export const givenUpRuns = async (sql: TransactionSql, period: Period, nowUs: number): Promise<GivenUp[]> =>
  sql<GivenUp[]>`
    select (extract(epoch from complete_until) * 1000000)::bigint as "fromUs", pending, goes_on as "goesOn"
    from (${runs(sql)}) runs
    where last_seen_at < ${givenUpBefore(sql, nowUs)} and (goes_on or undelivered > 0)
      and began < to_timestamp(${period.to}::float8) and last_seen_at >= to_timestamp(${period.from}::float8)
      and complete_until < to_timestamp(${period.to}::float8)
    order by 1, 2`;
