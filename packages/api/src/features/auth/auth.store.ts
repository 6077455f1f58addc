import type { UnixMicros } from "@masthead/shared/time";
import type { Sql, TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";
import type { Role } from "../../platform/http/context.js";

/** What the database says of a key that is let in. */
export interface HeldKey {
  readonly name: string;
  readonly role: Role;
  readonly tenant: string | null;
  readonly scopes: readonly string[] | null;
  readonly requests: number;
}

/** Looks a key up and counts the request, in one statement outside of any transaction: the count's row is not held. */
export async function authenticateKey(
  sql: Sql,
  { id, hash, atUs, windowUs }: { id: string; hash: Uint8Array; atUs: UnixMicros; windowUs: number },
): Promise<HeldKey | undefined> {
  const rows = await sql<(Omit<HeldKey, "scopes"> & { scopes: string | null })[]>`
    select name, role, tenant, to_json(scopes)::text as scopes, requests
    from authenticate_key(${id}, ${Buffer.from(hash)}, ${atUs}, ${windowUs})`;
  const row = rows[0];
  return row && { ...row, scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as string[]) };
}

/** A key to be stored. */
export interface NewKey {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly name: string;
  readonly role: Role;
  readonly tenantId: string | null;
  readonly scopes: readonly string[] | null;
  readonly createdAtUs: UnixMicros;
  readonly createdBy: string;
  readonly expiresAtUs: UnixMicros | null;
}

/** Leaves a key of this id as it is, revoked or not. */
export async function insertApiKey(sql: TransactionSql, key: NewKey): Promise<void> {
  await sql`
    insert into api_keys (id, hash, name, role, owner_tenant, scopes, created_at_us, created_by, expires_at_us)
    values (${key.id}, ${Buffer.from(key.hash)}, ${key.name}, ${key.role}, ${key.tenantId},
      ${key.scopes && textArray(key.scopes)}::text[], ${key.createdAtUs}, ${key.createdBy}, ${key.expiresAtUs})
    on conflict (id) do nothing`;
}

export async function isRevoked(sql: TransactionSql, id: string): Promise<boolean> {
  const rows = await sql`select from api_keys where id = ${id} and revoked_at_us is not null`;
  return rows.length > 0;
}
