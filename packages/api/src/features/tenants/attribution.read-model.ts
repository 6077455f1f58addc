import { FINGERPRINT_TENANT_PREFIX } from "@masthead/shared/http/tenant-resource";
import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { type DayRange, servedUsage, sourceOf } from "./tenant-usage.read-model.js";

export interface AttributedByFingerprint {
  fingerprint: string;
  ingest: number;
  move: number;
}

/** What came to be a tenant's by each fingerprint, most requests first. */
export const readAttributions = (
  sql: TransactionSql,
  tenant: string,
  range: DayRange,
): Promise<AttributedByFingerprint[]> => sql<AttributedByFingerprint[]>`
    select fingerprint, coalesce(sum(requests) filter (where how = 'ingest'), 0)::bigint as ingest,
      coalesce(sum(requests) filter (where how = 'move'), 0)::bigint as move
    from tenant_attributions
    where tenant_id = ${tenant} and day >= (to_timestamp(${range.from}::float8) at time zone 'UTC')::date
      and day < (to_timestamp(${range.to}::float8) at time zone 'UTC')::date
    group by fingerprint order by sum(requests) desc, fingerprint collate "C"`;

export interface ReadMove {
  fingerprint: string;
  startedAtUs: UnixMicros;
  finishedAtUs: UnixMicros | null;
  /** days, from the newest to the oldest; null before it begins */
  days: number | null;
  done: number;
  requests: number;
  exchanges: number;
}

export const readMoves = (sql: TransactionSql, tenant: string): Promise<ReadMove[]> => sql<ReadMove[]>`
    select fingerprint, started_at_us as "startedAtUs", finished_at_us as "finishedAtUs",
      newest_day - oldest_day + 1 as days,
      case when finished_at_us is null then coalesce(newest_day - next_day, 0)
        else coalesce(newest_day - oldest_day + 1, 0) end as done,
      requests, exchanges
    from tenant_moves where tenant_id = ${tenant} order by started_at_us desc, fingerprint collate "C"`;

/** A caller whom no tenant is known for, and what it called. */
export interface ReadConsumer {
  fingerprint: string | null;
  requests: number;
  services: string[];
}

const SERVICES = 5;

/** Callers of nobody known, most requests first: consumers of `unattributed`, and tenants that are fingerprints. */
export const readUnknownConsumers = async (
  sql: TransactionSql,
  range: DayRange,
  page: { after?: { requests: number; fingerprint: string | null } | undefined; limit: number },
): Promise<ReadConsumer[]> => {
  const { after } = page;
  const behind = after
    ? sql`where requests < ${after.requests}
        or (requests = ${after.requests} and coalesce(fingerprint, '') collate "C" > ${after.fingerprint ?? ""})`
    : sql``;
  const tenants = (id: Fragment) =>
    sql`(${id} = ${UNATTRIBUTED_TENANT} or ${id} like ${`${FINGERPRINT_TENANT_PREFIX}%`})`;
  const source = await sourceOf(sql, tenants, "series", range);
  return sql<ReadConsumer[]>`
    with counted as (
      select case when s.tenant_id = ${UNATTRIBUTED_TENANT} then s.consumer else s.tenant_id end as fingerprint,
        s.service_name, sum(requests) as requests
      from ${servedUsage(sql, source)} u join usage_series s using (tenant_id, series_id) group by 1, 2),
    callers as (
      select fingerprint, sum(requests)::bigint as requests,
        to_jsonb((array_agg(service_name order by requests desc, service_name))[:${SERVICES}::int]) as services
      from counted group by fingerprint)
    select * from callers ${behind}
    order by requests desc, coalesce(fingerprint, '') collate "C" limit ${page.limit}`;
};
