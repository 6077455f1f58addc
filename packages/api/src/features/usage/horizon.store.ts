import type { Sql, TransactionSql } from "postgres";
import type { UsageHorizon, UsageTableLevel } from "./levels.rules.js";

const COLUMN = {
  minute: "minutes_from",
  quarter: "quarters_from",
  day: "days_from",
  month: "months_from",
} as const satisfies Record<UsageTableLevel, string>;

const seconds = (sql: Sql | TransactionSql, level: UsageTableLevel) =>
  sql`extract(epoch from ${sql(COLUMN[level])}::timestamp at time zone 'UTC')::bigint as ${sql(level)}`;

const columns = (sql: Sql | TransactionSql) =>
  sql`${seconds(sql, "minute")}, ${seconds(sql, "quarter")}, ${seconds(sql, "day")}, ${seconds(sql, "month")}`;

const oneOf = (rows: readonly UsageHorizon[]): UsageHorizon =>
  rows[0] ?? { minute: 0, quarter: 0, day: 0, month: 0 };

/** Since when each level is held. */
export const readHorizon = async (sql: Sql | TransactionSql): Promise<UsageHorizon> =>
  oneOf(await sql<UsageHorizon[]>`select ${columns(sql)} from usage_horizon`);

/** As {@link readHorizon}; held still until the transaction ends. */
export const lockHorizon = async (sql: TransactionSql): Promise<UsageHorizon> =>
  oneOf(await sql<UsageHorizon[]>`select ${columns(sql)} from usage_horizon for share`);

/** The level whose marks say that buckets of this one are still to be rolled up. */
const MADE_FROM_IT = { minute: "quarter", quarter: "day", day: "month", month: null } as const;

/**
 * Moves the horizon of a level up to `day` (`YYYY-MM-DD`), unless something before it still waits for its roll-up. Never
 * back. @returns whether it moved
 */
export const moveHorizon = async (
  sql: TransactionSql,
  level: UsageTableLevel,
  day: string,
): Promise<boolean> => {
  const behind = await sql`select from usage_horizon where ${sql(COLUMN[level])} < ${day}::date`;
  if (behind.length === 0) return false;
  // Waits for drains that book by the horizon as it is; what they marked is seen by the next statement.
  await sql`select from usage_horizon for update`;
  const rows = await sql`
    update usage_horizon set ${sql(COLUMN[level])} = ${day}::date
    where ${sql(COLUMN[level])} < ${day}::date and not exists (
      select from usage_dirty where level = ${MADE_FROM_IT[level]}
        and bucket < ${day}::timestamp at time zone 'UTC')
    returning 1`;
  return rows.length > 0;
};
