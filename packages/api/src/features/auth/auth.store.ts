import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

export interface ApiKeyRow {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly name: string;
  readonly role: "admin";
}

/** @returns the key of this id unless it was revoked */
export async function findApiKey(sql: TransactionSql, id: string): Promise<ApiKeyRow | undefined> {
  const rows = await sql<ApiKeyRow[]>`
    select id, hash, name, role from api_keys where id = ${id} and revoked_at_us is null`;
  return rows[0];
}

/** Leaves a key of this id as it is, revoked or not. */
export async function insertApiKey(
  sql: TransactionSql,
  key: ApiKeyRow & { readonly createdAtUs: UnixMicros },
): Promise<void> {
  await sql`
    insert into api_keys (id, hash, name, role, created_at_us)
    values (${key.id}, ${Buffer.from(key.hash)}, ${key.name}, ${key.role}, ${key.createdAtUs})
    on conflict (id) do nothing`;
}
