import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";

const DAY = 86_400;

/** Days (UTC) of tenants in which usage changed. */
export class ChangedDays {
  readonly #days = new Map<string, { tenantId: string; day: number }>();

  /** @param atSeconds any time of the day, Unix seconds */
  add(tenantId: string, atSeconds: number): void {
    const day = Math.floor(atSeconds / DAY) * DAY;
    this.#days.set(`${day} ${tenantId}`, { tenantId, day });
  }

  get rows(): readonly { tenantId: string; day: number }[] {
    return [...this.#days.values()];
  }
}

/**
 * Notes in the transaction that changes usage that the reports of these days are owed, sealed ones included. Rows that say so already
 * are only held, by a lock that transactions like this one share; others are written in order, so that none waits for
 * another in a circle. Waits for a report of one of these days that is being sealed.
 */
export const markChanged = async (sql: TransactionSql, { rows }: ChangedDays): Promise<void> => {
  if (rows.length === 0) return;
  await sql`
    with changed as materialized (
      select tenant_id, (to_timestamp(day) at time zone 'UTC')::date as day
      from unnest(${textArray(rows.map((row) => row.tenantId))}::text[],
        ${plainArray(rows.map((row) => row.day))}::float8[]) as row (tenant_id, day)),
    due as materialized (
      select tenant_id, day from usage_changes join changed using (tenant_id, day)
      where day_due and month_due order by tenant_id collate "C", day for key share of usage_changes)
    insert into usage_changes (tenant_id, day, day_due, month_due)
    select tenant_id, day, true, true from changed
    where not exists (select from due where due.tenant_id = changed.tenant_id and due.day = changed.day)
    order by tenant_id collate "C", day
    on conflict (tenant_id, day) do update set day_due = true, month_due = true`;
};
