import type { TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import type { Period } from "../reports/index.js";

/** What reports are made of: a day or a month (UTC). */
export type PeriodLength = "day" | "month";
const lengthOf = ({ text }: Pick<Period, "text">): PeriodLength =>
  text.length === "YYYY-MM".length ? "month" : "day";

const FORMAT = { day: "YYYY-MM-DD", month: "YYYY-MM" } as const;

const dayOf = (sql: TransactionSql, seconds: number): Fragment =>
  sql`(to_timestamp(${seconds}::float8) at time zone 'UTC')::date`;

/** Periods that ended by `nowSeconds` of which some tenant's report is due or owed, as their texts, oldest first. */
export const duePeriods = async (
  sql: TransactionSql,
  length: PeriodLength,
  nowSeconds: number,
): Promise<string[]> => {
  const rows = await sql<{ period: string }[]>`
    select to_char(day, ${FORMAT[length]}::text) as period from usage_changes
    where ${sql(`${length}_due`)} and day < date_trunc(${length}::text, ${dayOf(sql, nowSeconds)})
    union
    select period from owed_reports where length(period) = ${FORMAT[length].length}::int order by 1`;
  return rows.map((row) => row.period);
};

/**
 * Takes up what is due of a period: its reports are owed from now on. Days that are being booked to stay due.
 * @returns how many days were taken
 */
export const takeDue = async (sql: TransactionSql, period: Period, limit: number): Promise<number> => {
  const due = sql(`${lengthOf(period)}_due`);
  const [row] = await sql<[{ taken: number }]>`
    with taken as materialized (
      select tenant_id, day from usage_changes
      where ${due} and day >= ${dayOf(sql, period.from)} and day < ${dayOf(sql, period.to)}
      order by tenant_id collate "C", day limit ${limit} for update skip locked),
    settled as (
      update usage_changes c set ${due} = false from taken t
      where c.tenant_id = t.tenant_id and c.day = t.day),
    owed as (
      insert into owed_reports (tenant_id, period)
      select distinct tenant_id collate "C", ${period.text} from taken order by 1 on conflict do nothing)
    select count(*) as taken from taken`;
  return row.taken;
};

/** Tenants that are owed a report of the period, by id from behind `after` on. */
export const owedTenants = async (
  sql: TransactionSql,
  period: Period,
  after: string,
  limit: number,
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select tenant_id as id from owed_reports
    where period = ${period.text} and tenant_id > ${after} order by tenant_id limit ${limit}`;
  return rows.map((row) => row.id);
};

/**
 * Settles what is owed, and holds it until the transaction ends.
 * @returns false where another has settled it, or is about to
 */
export const settleOwed = async (
  sql: TransactionSql,
  tenantId: string,
  period: Pick<Period, "text">,
): Promise<boolean> => {
  const rows = await sql`
    delete from owed_reports where (tenant_id, period) in (
      select tenant_id, period from owed_reports
      where tenant_id = ${tenantId} and period = ${period.text} for update skip locked)
    returning 1`;
  return rows.length > 0;
};
