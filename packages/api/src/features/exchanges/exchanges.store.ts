import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import {
  type EncodedExchanges,
  encodeExchanges,
  joinEncoded,
  type OwnedExchange,
} from "./exchange-columns.rules.js";

/** An exchange with its batch and the id it is stored under. */
export interface PlacedExchange extends OwnedExchange {
  id: number;
}

/** Tenants by the fingerprints of their credentials. */
export type Owners = ReadonlyMap<string, string>;

/** @throws PostgresError of class 22, 23 or 54 where Postgres refuses one of them */
export const insertExchanges = (
  sql: TransactionSql,
  rows: readonly PlacedExchange[],
  owners: Owners,
): Promise<void> =>
  insertEncodedExchanges(
    sql,
    [encodeExchanges(rows)],
    rows.map((row) => row.id),
    owners,
  );

/**
 * Stores exchanges in one statement. Partitions of their days have to be there.
 * @param ids of all of them, in order
 * @param owners whose those are that came with a fingerprint and without another tenant
 * @throws PostgresError of class 22, 23 or 54 where Postgres refuses one of them
 */
export const insertEncodedExchanges = async (
  sql: TransactionSql,
  encoded: readonly EncodedExchanges[],
  ids: readonly number[],
  owners: Owners,
): Promise<void> => {
  if (ids.length === 0) return;
  const { context, columns } = joinEncoded(encoded);
  const tenant = owners.size === 0 ? sql`tenant_id` : sql`coalesce(owner_id, tenant_id)`;
  const owner =
    owners.size === 0
      ? sql``
      : sql`left join unnest(${textArray([...owners.keys()])}::text[], ${textArray([...owners.values()])}::text[])
          as owner (fingerprint, owner_id) on fingerprint = consumer and tenant_id in (${UNATTRIBUTED_TENANT}, consumer)`;
  await sql`
    insert into exchanges (id, tenant_id, ended_at, duration_us, ttfb_us, role, agent_id, host_name, service_name,
      method, path, template, status, request_bytes, response_bytes, request_headers, response_headers, detail, consumer)
    select id, ${tenant}, to_timestamp(ended_us / 1e6), duration_us, ttfb_us, role, agent_id, host_name, service_name,
      method, path, template, status, request_bytes, response_bytes, request_headers::jsonb, response_headers::jsonb,
      ('{"x":' || own || ',"c":' || shared || '}')::json, consumer
    from unnest(
      ${plainArray(ids)}::bigint[], ${context}::int[], ${columns.tenant}::text[], ${columns.endedUs}::float8[],
      ${columns.durationUs}::bigint[], ${columns.ttfbUs}::bigint[], ${columns.method}::text[],
      ${columns.path}::text[], ${columns.template}::text[], ${columns.status}::smallint[],
      ${columns.requestBytes}::bigint[], ${columns.responseBytes}::bigint[], ${columns.consumer}::text[],
      string_to_array(${columns.requestHeaders}, E'\\x01', ''),
      string_to_array(${columns.responseHeaders}, E'\\x01', ''), string_to_array(${columns.own}, E'\\x01')
    ) as row (id, context, tenant_id, ended_us, duration_us, ttfb_us, method, path, template, status, request_bytes,
      response_bytes, consumer, request_headers, response_headers, own)
    join unnest(
      ${columns.role}::text[], ${columns.agentId}::text[], ${columns.hostName}::text[],
      ${columns.serviceName}::text[], string_to_array(${columns.shared}, E'\\x01')
    ) with ordinality as shared (role, agent_id, host_name, service_name, shared, place) on place = context
    ${owner}`;
};
