import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import type { Role } from "../../platform/http/context.js";

/** A key that was not deleted. Its hashes stay in the database. */
export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly tenantId: string | null;
  readonly scopes: readonly string[] | null;
  readonly createdAtUs: UnixMicros;
  readonly createdBy: string;
  readonly expiresAtUs: UnixMicros | null;
  readonly previousUntilUs: UnixMicros | null;
  /** `YYYY-MM-DD` */
  readonly lastUsedDay: string | null;
}

/** Where a list of keys goes on. */
export interface KeyPosition {
  readonly createdAtUs: UnixMicros;
  readonly id: string;
}

type Stored = Omit<KeyRow, "scopes"> & { readonly scopes: string | null };

const fromStored = ({ scopes, ...row }: Stored): KeyRow => ({
  ...row,
  scopes: scopes === null ? null : (JSON.parse(scopes) as string[]),
});

const columns = (sql: TransactionSql) => sql`
  id, name, role, owner_tenant as "tenantId", to_json(scopes)::text as scopes, created_at_us as "createdAtUs",
  created_by as "createdBy", expires_at_us as "expiresAtUs", previous_until_us as "previousUntilUs",
  last_used_day::text as "lastUsedDay"`;

/** @param lock nobody else changes it until this transaction ends */
export async function findKey(sql: TransactionSql, id: string, lock?: "lock"): Promise<KeyRow | undefined> {
  const rows = await sql<Stored[]>`
    select ${columns(sql)} from api_keys where id = ${id} and revoked_at_us is null
    ${lock ? sql`for update` : sql``}`;
  return rows[0] && fromStored(rows[0]);
}

/** Keys, the oldest first, from behind `after` on. */
export async function listKeys(
  sql: TransactionSql,
  { after, limit }: { after?: KeyPosition | undefined; limit: number },
): Promise<KeyRow[]> {
  const { createdAtUs = -1, id = "" } = after ?? {};
  const rows = await sql<Stored[]>`
    select ${columns(sql)} from api_keys
    where revoked_at_us is null and (created_at_us, id) > (${createdAtUs}::bigint, ${id})
    order by created_at_us, id limit ${limit}`;
  return rows.map(fromStored);
}

export async function countKeys(sql: TransactionSql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*) as n from api_keys where revoked_at_us is null`;
  return row?.n ?? 0;
}

/** Ids of the admins' keys that nothing narrows or ends, of which none comes or goes until this transaction ends. */
export async function lockLastingAdminKeys(sql: TransactionSql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from api_keys
    where role = 'admin' and scopes is null and expires_at_us is null and revoked_at_us is null
    order by id for update`;
  return rows.map(({ id }) => id);
}

/** Gives a key a new secret; the one there is is let in until `previousUntilUs`. */
export async function replaceSecret(
  sql: TransactionSql,
  { id, hash, previousUntilUs }: { id: string; hash: Uint8Array; previousUntilUs: UnixMicros | null },
): Promise<void> {
  await sql`
    update api_keys set hash = ${Buffer.from(hash)}, previous_until_us = ${previousUntilUs} where id = ${id}`;
}

export async function revokeKey(sql: TransactionSql, id: string, atUs: UnixMicros): Promise<void> {
  await sql`update api_keys set revoked_at_us = ${atUs} where id = ${id}`;
}
