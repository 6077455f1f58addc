import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import type { Attribution } from "./attribution.rules.js";

/** Counts what came to be tenants'. The last rows that a transaction locks, in order. */
export const countAttributions = async (
  sql: TransactionSql,
  how: "ingest" | "move",
  rows: readonly Attribution[],
): Promise<void> => {
  if (rows.length === 0) return;
  await sql`
    insert into tenant_attributions as a (tenant_id, day, fingerprint, how, requests)
    select tenant_id, (to_timestamp(day) at time zone 'UTC')::date, fingerprint, ${how}, requests
    from unnest(${textArray(rows.map((row) => row.tenantId))}::text[], ${plainArray(rows.map((row) => row.day))}::float8[],
      ${textArray(rows.map((row) => row.fingerprint))}::text[], ${plainArray(rows.map((row) => row.requests))}::bigint[])
      as row (tenant_id, day, fingerprint, requests)
    order by tenant_id collate "C", day, fingerprint collate "C"
    on conflict (tenant_id, day, fingerprint, how) do update set requests = a.requests + excluded.requests`;
};
