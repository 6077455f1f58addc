import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

const DAY = 86_400;

/** All columns less those that a move changes. */
const keptColumns = (
  sql: TransactionSql,
) => sql`ended_at, id, duration_us, ttfb_us, role, agent_id, host_name,
  service_name, method, path, template, status, request_bytes, response_bytes, request_headers, response_headers, detail`;

/**
 * Gives exchanges of nobody known, of one day, to the tenants whose fingerprints they came with: as tenant, or as consumer.
 * @param day its start, Unix seconds
 * @param limit exchanges at most
 * @returns how many, by fingerprint
 */
export const moveExchanges = async (
  sql: TransactionSql,
  moves: readonly { fingerprint: string; tenantId: string }[],
  { day, limit }: { day: number; limit: number },
): Promise<Map<string, number>> => {
  const fingerprints = moves.map((move) => move.fingerprint);
  const ofDay = sql`e.ended_at >= to_timestamp(${day}::float8) and e.ended_at < to_timestamp(${day + DAY}::float8)`;
  const rows = await sql<{ fingerprint: string; moved: number }[]>`
    with source as materialized (
      select e.tenant_id, e.ended_at, e.id, m.fingerprint, m.to_tenant
      from exchanges e join unnest(${textArray(fingerprints)}::text[],
        ${textArray(moves.map((move) => move.tenantId))}::text[]) as m (fingerprint, to_tenant)
        on m.fingerprint = case when e.tenant_id = ${UNATTRIBUTED_TENANT} then e.consumer else e.tenant_id end
      where e.tenant_id = any(${textArray([UNATTRIBUTED_TENANT, ...fingerprints])}::text[]) and ${ofDay}
      limit ${limit}),
    taken as (
      delete from exchanges e using source s
      where e.tenant_id = s.tenant_id and e.ended_at = s.ended_at and e.id = s.id and ${ofDay}
      returning s.to_tenant, s.fingerprint, e.*),
    given as (
      insert into exchanges (tenant_id, consumer, ${keptColumns(sql)})
      select to_tenant, fingerprint, ${keptColumns(sql)} from taken)
    select fingerprint, count(*) as moved from taken group by fingerprint`;
  return new Map(rows.map((row) => [row.fingerprint, row.moved]));
};

/** First and last exchange that these fingerprints may name, Unix seconds; null: none. */
export const spanOfExchanges = async (
  sql: TransactionSql,
  fingerprints: readonly string[],
): Promise<{ first: number; last: number } | null> => {
  const rows = await sql<{ first: number | null; last: number | null }[]>`
    select floor(extract(epoch from min(first)))::bigint as first, floor(extract(epoch from max(last)))::bigint as last
    from unnest(${textArray([UNATTRIBUTED_TENANT, ...fingerprints])}::text[]) as wanted (tenant_id) cross join lateral (
      select min(ended_at) as first, max(ended_at) as last from exchanges e where e.tenant_id = wanted.tenant_id) span`;
  const [span] = rows;
  return span && span.first !== null && span.last !== null ? { first: span.first, last: span.last } : null;
};
