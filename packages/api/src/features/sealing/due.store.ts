import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import type { Period } from "../reports/index.js";

/** What reports are made of: a day or a month (UTC). */
export type PeriodLength = "day" | "month";
export const lengthOf = (period: Pick<Period, "text">): PeriodLength =>
  period.text.length === "YYYY-MM".length ? "month" : "day";

const FORMAT = { day: "YYYY-MM-DD", month: "YYYY-MM" } as const;

const dayOf = (sql: TransactionSql, seconds: number): Fragment =>
  sql`(to_timestamp(${seconds}::float8) at time zone 'UTC')::date`;

const dueIn = (sql: TransactionSql, period: Period): Fragment =>
  sql`${sql(`${lengthOf(period)}_due`)} and day >= ${dayOf(sql, period.from)} and day < ${dayOf(sql, period.to)}`;

/** Periods that ended by `nowSeconds` of which some tenant is owed a report, as their texts, oldest first. */
export const duePeriods = async (
  sql: TransactionSql,
  length: PeriodLength,
  nowSeconds: number,
): Promise<string[]> => {
  const rows = await sql<{ period: string }[]>`
    select distinct to_char(day, ${FORMAT[length]}::text) as period from usage_changes
    where ${sql(`${length}_due`)} and day < date_trunc(${length}::text, ${dayOf(sql, nowSeconds)}) order by 1`;
  return rows.map((row) => row.period);
};

/** Tenants that are owed a report of the period, by id from behind `after` on. */
export const dueTenants = async (
  sql: TransactionSql,
  period: Period,
  after: string,
  limit: number,
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select distinct tenant_id as id from usage_changes
    where ${dueIn(sql, period)} and tenant_id > ${after} order by 1 limit ${limit}`;
  return rows.map((row) => row.id);
};

/**
 * Takes what makes the tenant's report due, until the transaction ends.
 * @returns its days; null where some are being booked to or taken by another, and empty where the report is not due any more
 */
export const takeDue = async (
  sql: TransactionSql,
  tenantId: string,
  period: Period,
): Promise<string[] | null> => {
  const due = sql`from usage_changes where tenant_id = ${tenantId} and ${dueIn(sql, period)}`;
  const [row] = await sql<[{ days: string[] | null; due: number }]>`
    with taken as (select day ${due} for update skip locked)
    select (select json_agg(day) from taken) as days, (select count(*) ${due}) as due`;
  const days = row.days ?? [];
  return days.length === row.due ? days : null;
};

/** The report of what was taken is up to date. */
export const settleDue = async (
  sql: TransactionSql,
  tenantId: string,
  period: Period,
  days: readonly string[],
): Promise<void> => {
  await sql`update usage_changes set ${sql(`${lengthOf(period)}_due`)} = false
    where tenant_id = ${tenantId} and day in (select jsonb_array_elements_text(${JSON.stringify(days)}::jsonb)::date)`;
};
