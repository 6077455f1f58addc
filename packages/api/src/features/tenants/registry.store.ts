import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

/** What the registry holds of a tenant, less its fingerprints. */
export interface RegisteredTenant {
  readonly id: string;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly revision: number;
  readonly createdAtUs: UnixMicros;
  readonly changedAtUs: UnixMicros;
}

const LOCK = "masthead tenants";

/**
 * Whoever changes the registry waits for those who book by it, and they for it, until the transaction ends: what is booked
 * either knows of a change, or is there for what follows the change. Taken before any other lock.
 */
export const lockRegistry = async (sql: TransactionSql, to: "book" | "change"): Promise<void> => {
  if (to === "change") await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
  else await sql`select pg_advisory_xact_lock_shared(hashtextextended(${LOCK}, 0))`;
};

export const findRegistered = async (
  sql: TransactionSql,
  id: string,
): Promise<RegisteredTenant | undefined> => {
  const rows = await sql<RegisteredTenant[]>`
    select tenant_id as id, name, labels, revision, created_at_us as "createdAtUs", changed_at_us as "changedAtUs"
    from tenants where tenant_id = ${id}`;
  return rows[0];
};

/** Fingerprints of a tenant, ascending. */
export const fingerprintsOf = async (sql: TransactionSql, id: string): Promise<string[]> => {
  const rows = await sql<{ fingerprint: string }[]>`
    select fingerprint from tenant_fingerprints where tenant_id = ${id} order by fingerprint collate "C"`;
  return rows.map((row) => row.fingerprint);
};

/** Whose these fingerprints are, where they are somebody's. */
export const ownersOf = async (
  sql: TransactionSql,
  fingerprints: readonly string[],
): Promise<Map<string, string>> => {
  if (fingerprints.length === 0) return new Map();
  const rows = await sql<{ fingerprint: string; tenantId: string }[]>`
    select fingerprint, tenant_id as "tenantId" from tenant_fingerprints
    where fingerprint = any(${textArray(fingerprints)}::text[])`;
  return new Map(rows.map((row) => [row.fingerprint, row.tenantId]));
};

/** Writes a tenant under the next revision. */
export const saveTenant = async (
  sql: TransactionSql,
  tenant: Omit<RegisteredTenant, "revision"> & { readonly changedBy: string },
): Promise<RegisteredTenant> => {
  const { id, name, labels, createdAtUs, changedAtUs, changedBy } = tenant;
  const rows = await sql<{ revision: number }[]>`
    insert into tenants (tenant_id, name, labels, revision, created_at_us, changed_at_us, changed_by)
    values (${id}, ${name}, ${JSON.stringify(labels)}::jsonb, nextval('tenant_revisions'), ${createdAtUs}, ${changedAtUs},
      ${changedBy})
    on conflict (tenant_id) do update set name = excluded.name, labels = excluded.labels, revision = excluded.revision,
      changed_at_us = excluded.changed_at_us, changed_by = excluded.changed_by
    returning revision`;
  return { id, name, labels, createdAtUs, changedAtUs, revision: rows[0]?.revision ?? 0 };
};

export const removeTenant = async (sql: TransactionSql, id: string): Promise<void> => {
  await sql`delete from tenant_fingerprints where tenant_id = ${id}`;
  await sql`delete from tenants where tenant_id = ${id}`;
};

export const addFingerprints = async (
  sql: TransactionSql,
  id: string,
  fingerprints: readonly string[],
  atUs: UnixMicros,
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await sql`
    insert into tenant_fingerprints (tenant_id, fingerprint, registered_at_us)
    select ${id}, fingerprint, ${atUs} from unnest(${textArray(fingerprints)}::text[]) as row (fingerprint)`;
};

export const removeFingerprints = async (
  sql: TransactionSql,
  id: string,
  fingerprints: readonly string[],
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await sql`
    delete from tenant_fingerprints where tenant_id = ${id}
      and fingerprint = any(${textArray(fingerprints)}::text[])`;
};

/** A tenant's name for people; null where it has none or is not registered. */
export const nameOf = async (sql: TransactionSql, id: string): Promise<string | null> =>
  (await findRegistered(sql, id))?.name ?? null;
