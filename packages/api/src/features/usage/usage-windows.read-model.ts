import type { UsageWindow } from "@masthead/shared/http/usage-query-schema";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import postgres, { type TransactionSql } from "postgres";
import type { Fragment } from "../../platform/db/fragments.js";
import type { TimeRange } from "../../platform/http/instant.js";

/** Postgres decides what time it is where: one time zone database for boundaries, comparison and rows. */

type CalendarUnit = Extract<UsageWindow, "hour" | "day" | "month">;

const instant = (sql: TransactionSql, timeUs: UnixMicros): Fragment => sql`${toRfc3339(timeUs)}::timestamptz`;
const micros = (sql: TransactionSql, time: Fragment): Fragment =>
  sql`(extract(epoch from date_bin('1 minute', ${time}, 'epoch')) * 1000000)::bigint`;

/**
 * When a zone's clocks first show a local time. Postgres takes the second of two such moments, and of a time that is left out
 * one that may lie behind its beginning: both are looked for before what it says, as far as clocks were ever changed.
 */
const firstInstant = (sql: TransactionSql, local: Fragment, zone: string): Fragment => sql`
  (select min(moment) from (select ${local} as local) l
    cross join lateral (values (local at time zone ${zone}), (local at time zone ${zone} - interval '30 minutes'),
      (local at time zone ${zone} - interval '1 hour'), (local at time zone ${zone} - interval '2 hours')) m (moment)
    where moment at time zone ${zone} >= local)`;

/**
 * Where windows begin, within a range and not at its ends: microseconds, ascending, on whole minutes. A day or a month begins when its
 * date first appears on the clock; an hour when the clock shows a full hour, or jumps into another one.
 */
export const readBoundaries = async (
  sql: TransactionSql,
  unit: CalendarUnit,
  zone: string,
  range: TimeRange,
): Promise<UnixMicros[]> => {
  const [from, to] = [instant(sql, range.fromUs), instant(sql, range.toUs)];
  const starts =
    unit === "hour"
      ? sql`
        select start from (
          select start, local, lag(local) over (order by start) as before from (
            select start, start at time zone ${zone} as local
            from generate_series(date_bin('15 minutes', ${from}, 'epoch'), ${to}, interval '15 minutes') as s (start)) clock) c
        where extract(minute from local) = 0 or date_trunc('hour', local) <> date_trunc('hour', before)`
      : sql`
        select ${firstInstant(sql, sql`day`, zone)} as start
        from generate_series(date_trunc(${unit}, ${from} at time zone ${zone}), ${to} at time zone ${zone} + interval '1 day',
          ${`1 ${unit}`}::interval) as d (day)`;
  const rows = await sql<{ us: UnixMicros }[]>`
    select distinct ${micros(sql, sql`start`)} as us from (${starts}) s where start > ${from} and start < ${to} order by us`;
  return rows.map((row) => row.us).filter((us) => us > range.fromUs);
};

/** A length of time in a zone's calendar, where a range is made of whole months or else of whole days. */
export interface CalendarLength {
  unit: "day" | "month";
  count: number;
}

export const readCalendarLength = async (
  sql: TransactionSql,
  zone: string,
  range: TimeRange,
): Promise<CalendarLength | null> => {
  const starts = (unit: CalendarLength["unit"], timeUs: UnixMicros) => sql`
    ${firstInstant(sql, sql`date_trunc(${unit}, ${instant(sql, timeUs)} at time zone ${zone})`, zone)} = ${instant(sql, timeUs)}`;
  const local = (timeUs: UnixMicros) => sql`(${instant(sql, timeUs)} at time zone ${zone})`;
  const [row] = await sql<{ months: number | null; days: number | null }[]>`
    select case when ${starts("month", range.fromUs)} and ${starts("month", range.toUs)} then
        (extract(year from age) * 12 + extract(month from age))::int end as months,
      case when ${starts("day", range.fromUs)} and ${starts("day", range.toUs)} then
        ${local(range.toUs)}::date - ${local(range.fromUs)}::date end as days
    from (select age(date_trunc('month', ${local(range.toUs)}), date_trunc('month', ${local(range.fromUs)})) as age) a`;
  if (row?.months) return { unit: "month", count: row.months };
  return row?.days ? { unit: "day", count: row.days } : null;
};

/** The range, so many days or months of the zone's calendar earlier. */
export const readRangeBefore = async (
  sql: TransactionSql,
  zone: string,
  range: TimeRange,
  { unit, count }: CalendarLength,
): Promise<TimeRange> => {
  const moved = (timeUs: UnixMicros) =>
    micros(
      sql,
      firstInstant(
        sql,
        sql`(${instant(sql, timeUs)} at time zone ${zone} - ${`${count} ${unit}`}::interval)`,
        zone,
      ),
    );
  const [row] = await sql<TimeRange[]>`
    select ${moved(range.fromUs)} as "fromUs", ${moved(range.toUs)} as "toUs"`;
  if (!row) throw new Error("no range");
  return row;
};

/** Whether Postgres knows a zone by this name. An error of its would end the transaction, hence the savepoint. */
export const knowsZone = (sql: TransactionSql, zone: string): Promise<boolean> =>
  sql
    .savepoint((inner) => inner`select now() at time zone ${zone}`)
    .then(() => true)
    .catch((error: unknown) => {
      if (error instanceof postgres.PostgresError && error.code === "22023") return false;
      throw error;
    });

/** Names of the time zone database, for whoever misspelt one. */
export const readZoneNames = async (sql: TransactionSql): Promise<string[]> => {
  const rows = await sql<{ name: string }[]>`
    select name from pg_timezone_names where name !~ '^(posix|right)/' order by name`;
  return rows.map((row) => row.name);
};
