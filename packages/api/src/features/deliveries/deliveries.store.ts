import type { UnixMicros } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";

export type DeliveryState = "pending" | "delivered" | "dead" | "cancelled";

/** One version of a report on its way to one destination in one form. */
export interface Delivery {
  readonly tenantId: string;
  /** the same at every attempt; made of all that it is for */
  readonly id: string;
  readonly destinationId: string;
  readonly period: string;
  readonly version: number;
  readonly form: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly attemptsLeft: number;
  readonly nextAttemptAtUs: UnixMicros;
  readonly createdAtUs: UnixMicros;
  readonly settledAtUs: UnixMicros | null;
}

/** One attempt; without an outcome it is under way, or whoever made it was stopped. */
export interface Attempt {
  readonly attempt: number;
  readonly startedAtUs: UnixMicros;
  readonly durationMs: number | null;
  readonly outcome: "delivered" | "failed" | null;
  readonly status: number | null;
  readonly error: string | null;
}

export const deliveryColumns = (sql: TransactionSql) => sql`d.tenant_id as "tenantId", d.id,
  d.destination_id as "destinationId", d.period, d.version, d.form, d.state, d.attempts,
  d.attempts_left as "attemptsLeft", d.next_attempt_at_us as "nextAttemptAtUs", d.created_at_us as "createdAtUs",
  d.settled_at_us as "settledAtUs"`;

/** Notes a delivery to each destination that wants the report. Doing it again changes nothing. */
export const queueDeliveries = async (
  sql: TransactionSql,
  report: { tenantId: string; period: string; version: number; nowUs: UnixMicros; attempts: number },
): Promise<void> => {
  const { tenantId, period, version, nowUs, attempts } = report;
  const length = period.length === "YYYY-MM".length ? "month" : "day";
  const status = version === 1 ? "sealed" : "restated";
  await sql`
    insert into deliveries (tenant_id, id, destination_id, period, version, form, state, attempts, attempts_left,
      next_attempt_at_us, created_at_us)
    select ${tenantId}, 'dlv_' || left(encode(sha256(convert_to(
        json_build_array(id, ${tenantId}::text, ${period}::text, ${version}::int, form)::text, 'UTF8')), 'hex'), 32),
      id, ${period}, ${version}, form, 'pending', 0, ${attempts}::int, ${nowUs}, ${nowUs}
    from destinations cross join unnest(forms) as form
    where enabled and deleted_at_us is null and (only_tenant is null or only_tenant = ${tenantId})
      and ${length}::text = any (periods) and ${status}::text = any (statuses)
    on conflict do nothing`;
};

/** How many deliveries are taken, and of whom. */
interface Claim {
  readonly nowUs: UnixMicros;
  /** until then nobody else takes them; then they are due again, whatever became of whoever took them */
  readonly leasedUntilUs: UnixMicros;
  readonly limit: number;
  /** to one destination, with what is sent to it already */
  readonly limitOfEach: number;
  /** ids of the destinations that are being sent to, once for each delivery */
  readonly sentTo: readonly string[];
}

/**
 * Takes deliveries that are due, each with an attempt that begins now: first those to destinations to which least is being sent, then the
 * oldest. Nothing else is locked.
 */
export const claimDeliveries = async (
  sql: TransactionSql,
  { nowUs, leasedUntilUs, limit, limitOfEach, sentTo }: Claim,
): Promise<Delivery[]> =>
  sql<Delivery[]>`
    with busy as (
      select id, count(*) as sent from jsonb_array_elements_text(${JSON.stringify(sentTo)}::jsonb) as id group by id),
    first as materialized (
      select next.tenant_id, next.id from destinations t left join busy using (id) cross join lateral (
        select *, row_number() over (order by next_attempt_at_us) as place from (
          select tenant_id, id, next_attempt_at_us from deliveries
          where destination_id = t.id and state = 'pending' and next_attempt_at_us <= ${nowUs}
          order by next_attempt_at_us limit greatest(0, ${limitOfEach}::int - coalesce(busy.sent, 0))) oldest) next
      order by coalesce(busy.sent, 0) + next.place, next.next_attempt_at_us limit ${limit}),
    due as materialized (
      select d.tenant_id, d.id from deliveries d join first using (tenant_id, id)
      where d.state = 'pending' and d.next_attempt_at_us <= ${nowUs} for update of d skip locked),
    d as (
      update deliveries d set attempts = attempts + 1, attempts_left = attempts_left - 1,
        next_attempt_at_us = ${leasedUntilUs}
      from due where d.tenant_id = due.tenant_id and d.id = due.id returning d.*),
    begun as (
      insert into delivery_attempts (tenant_id, delivery_id, attempt, started_at_us)
      select tenant_id, id, attempts, ${nowUs} from d)
    select ${deliveryColumns(sql)} from d`;

/** Notes how an attempt ended, and what becomes of its delivery unless another attempt has begun meanwhile. */
export const settleAttempt = async (
  sql: TransactionSql,
  { tenantId, id, attempts }: Pick<Delivery, "tenantId" | "id" | "attempts">,
  ended: Pick<Attempt, "durationMs" | "outcome" | "status" | "error">,
  next: { state: DeliveryState; nextAttemptAtUs: UnixMicros; settledAtUs: UnixMicros | null },
): Promise<void> => {
  await sql`update delivery_attempts set duration_ms = ${ended.durationMs}, outcome = ${ended.outcome},
      status = ${ended.status}, error = ${ended.error}
    where tenant_id = ${tenantId} and delivery_id = ${id} and attempt = ${attempts}`;
  await sql`update deliveries set state = ${next.state}, next_attempt_at_us = ${next.nextAttemptAtUs},
      settled_at_us = ${next.settledAtUs}
    where tenant_id = ${tenantId} and id = ${id} and state = 'pending'
      and (attempts = ${attempts} or ${next.state} = 'delivered')`;
};

/** Makes a delivery due now, whatever became of it. @returns whether it is there, and its destination, too */
export const sendAgain = async (
  sql: TransactionSql,
  id: string,
  { nowUs, attempts }: { nowUs: UnixMicros; attempts: number },
): Promise<boolean> => {
  const rows = await sql`
    update deliveries d set state = 'pending', attempts_left = ${attempts}, next_attempt_at_us = ${nowUs},
      settled_at_us = null
    from destinations t where d.id = ${id} and t.id = d.destination_id and t.deleted_at_us is null returning 1`;
  return rows.length > 0;
};
