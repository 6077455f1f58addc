import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { type Attempt, type Delivery, type DeliveryState, deliveryColumns } from "./deliveries.store.js";

export interface DeliveryFilter {
  readonly destinationId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly state?: DeliveryState | undefined;
}

/** Deliveries, newest first, from behind `after` on. */
export const listDeliveries = async (
  sql: TransactionSql,
  { destinationId, tenantId, state }: DeliveryFilter,
  { after, limit }: { after?: { createdAtUs: UnixMicros; id: string } | undefined; limit: number },
): Promise<Delivery[]> =>
  sql<Delivery[]>`
    select ${deliveryColumns(sql)} from deliveries d where true
      ${destinationId === undefined ? sql`` : sql`and destination_id = ${destinationId}`}
      ${tenantId === undefined ? sql`` : sql`and tenant_id = ${tenantId}`}
      ${state === undefined ? sql`` : sql`and state = ${state}`}
      ${after === undefined ? sql`` : sql`and (created_at_us, id) < (${after.createdAtUs}::bigint, ${after.id})`}
    order by created_at_us desc, id desc limit ${limit}`;

/** A delivery with its attempts, oldest first. */
export const readDelivery = async (
  sql: TransactionSql,
  id: string,
): Promise<{ delivery: Delivery; attempts: Attempt[] } | undefined> => {
  const [delivery] = await sql<Delivery[]>`select ${deliveryColumns(sql)} from deliveries d where id = ${id}`;
  if (!delivery) return undefined;
  const attempts = await sql<Attempt[]>`
    select attempt, started_at_us as "startedAtUs", duration_ms as "durationMs", outcome, status, error
    from delivery_attempts where tenant_id = ${delivery.tenantId} and delivery_id = ${id} order by attempt`;
  return { delivery, attempts };
};
