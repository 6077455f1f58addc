import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { textArray } from "../../platform/db/array-literal.js";

/** Has what was counted under the fingerprints follow to their tenant, from the beginning. */
export const startMoves = async (
  sql: TransactionSql,
  tenantId: string,
  fingerprints: readonly string[],
  atUs: UnixMicros,
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await endMoves(sql, tenantId, fingerprints);
  await sql`
    insert into tenant_moves (tenant_id, fingerprint, started_at_us)
    select ${tenantId}, fingerprint, ${atUs} from unnest(${textArray(fingerprints)}::text[]) as row (fingerprint)`;
};

/** Ends moves where they are, and forgets them. */
export const endMoves = async (
  sql: TransactionSql,
  tenantId: string,
  fingerprints: readonly string[],
): Promise<void> => {
  if (fingerprints.length === 0) return;
  await sql`delete from tenant_moves where tenant_id = ${tenantId}
    and fingerprint = any(${textArray(fingerprints)}::text[])`;
};
