import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

/** Which links of a tenant are good: those made for this number. */
export const linkGeneration = async (sql: TransactionSql, tenantId: string): Promise<number> => {
  const rows = await sql<{ generation: number }[]>`
    select generation from report_links where tenant_id = ${tenantId}`;
  return rows[0]?.generation ?? 0;
};

/** No link of the tenant that was made until now is good any more. */
export const nextLinkGeneration = async (
  sql: TransactionSql,
  tenantId: string,
  nowUs: UnixMicros,
): Promise<void> => {
  await sql`insert into report_links as l (tenant_id, generation, changed_at_us) values (${tenantId}, 1, ${nowUs})
    on conflict (tenant_id) do update set generation = l.generation + 1, changed_at_us = excluded.changed_at_us`;
};
