import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import { readRequests } from "./tenant-usage.read-model.js";

/**
 * A tenant, what the registry holds of it, and when it was seen: starts of minutes, or of quarter-hours where minutes are
 * no longer held.
 */
export interface KnownTenant {
  readonly id: string;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>> | null;
  /** ascending */
  readonly fingerprints: readonly string[];
  /** these three are null where it is not registered */
  readonly revision: number | null;
  readonly createdAtUs: UnixMicros | null;
  readonly changedAtUs: UnixMicros | null;
  readonly firstSeenUs: UnixMicros | null;
  readonly lastSeenUs: UnixMicros | null;
  /** in the server role */
  readonly requests: number;
}

/** Whether a tenant is registered, or anything was ever counted of it. */
export const isKnown = async (sql: TransactionSql, tenant: string): Promise<boolean> => {
  const rows = await sql`select where ${known(sql, sql`${tenant}::text`)}`;
  return rows.length > 0;
};

const known = (sql: TransactionSql, id: Fragment): Fragment => sql`(
  exists (select from usage_series where tenant_id = ${id}) or exists (select from tenants where tenant_id = ${id}))`;

/**
 * Tenants by id, from behind `after` on: those that were seen and those that are registered. Ids are found by one jump
 * through the index each, since a tenant has many series.
 */
export const readTenants = (
  sql: TransactionSql,
  { after = "", limit }: { after?: string | undefined; limit: number },
): Promise<KnownTenant[]> => {
  const nextIn = (table: string, from: Fragment) =>
    sql`(select tenant_id from ${sql(table)} where tenant_id > ${from} order by tenant_id limit 1)`;
  const next = (from: Fragment) => sql`least(${nextIn("usage_series", from)}, ${nextIn("tenants", from)})`;
  return readPage(
    sql,
    sql`ids (id) as (
      select ${next(sql`${after}::text`)}
      union all
      select ${next(sql`ids.id`)} from ids where ids.id is not null),
    page as materialized (select id from ids where id is not null limit ${limit})`,
  );
};

/** A tenant that is registered or was seen. */
export const readTenant = async (sql: TransactionSql, id: string): Promise<KnownTenant | undefined> => {
  const found = await readPage(
    sql,
    sql`page as materialized (
      select ${id}::text as id where ${known(sql, sql`${id}::text`)})`,
  );
  return found[0];
};

/** @param page the CTE `page` with the ids */
const readPage = async (sql: TransactionSql, page: Fragment): Promise<KnownTenant[]> => {
  const tenants = await sql<Omit<KnownTenant, "requests">[]>`
    with recursive ${page}
    select t.id, r.name, r.labels, r.revision, r.created_at_us as "createdAtUs", r.changed_at_us as "changedAtUs",
      (select coalesce(jsonb_agg(fingerprint order by fingerprint collate "C"), '[]')
        from tenant_fingerprints where tenant_id = t.id) as fingerprints,
      (extract(epoch from case when q.first + interval '15 minutes' <= w.first or w.first is null
        then q.first else w.first end) * 1000000)::bigint as "firstSeenUs",
      (extract(epoch from greatest(w.last, q.last)) * 1000000)::bigint as "lastSeenUs"
    from page t
    cross join lateral (
      select min(bucket) as first, max(bucket) as last from usage_windows where tenant_id = t.id) w
    cross join lateral (
      select min(bucket) as first, max(bucket) as last from usage_quarter where tenant_id = t.id) q
    left join tenants r on r.tenant_id = t.id
    order by t.id`;
  const ids = tenants.map(({ id }) => id);
  const requests = ids.length === 0 ? new Map<string, number>() : await readRequests(sql, ids);
  return tenants.map((tenant) => ({ ...tenant, requests: requests.get(tenant.id) ?? 0 }));
};
