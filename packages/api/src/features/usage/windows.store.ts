import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import { type Booking, bookingKey, windowKey } from "./booking.rules.js";
import type { UsageTable } from "./levels.rules.js";
import { plainUuids } from "./series.store.js";

/** Locks the minutes to be written, in order. @returns series held, by {@link windowKey} */
export const lockWindows = async (
  sql: TransactionSql,
  bookings: readonly Booking[],
): Promise<Map<string, number>> => {
  const windows = windowsOf(bookings);
  const rows = await sql<{ tenant_id: string; bucket: number; series: number }[]>`
    insert into usage_windows as w (tenant_id, bucket, series)
    select tenant_id, to_timestamp(bucket), 0
    from unnest(${textArray(windows.map((row) => row.series.tenantId))}::text[],
      ${plainArray(windows.map((row) => row.bucket))}::float8[]) as row (tenant_id, bucket)
    order by tenant_id collate "C", bucket
    on conflict (tenant_id, bucket) do update set series = w.series
    returning tenant_id, extract(epoch from bucket)::bigint as bucket, series`;
  return new Map(rows.map((row) => [windowKey(row.tenant_id, row.bucket), row.series]));
};

/** Series that the bookings' buckets hold by now, by {@link windowKey}. */
export const countHeld = async (
  sql: TransactionSql,
  table: UsageTable,
  bookings: readonly Booking[],
): Promise<Map<string, number>> => {
  const windows = windowsOf(bookings);
  const rows = await sql<{ tenant_id: string; bucket: number; series: number }[]>`
    select tenant_id, extract(epoch from bucket)::bigint as bucket, series
    from (select tenant_id, to_timestamp(bucket) as bucket from unnest(
      ${textArray(windows.map((row) => row.series.tenantId))}::text[],
      ${plainArray(windows.map((row) => row.bucket))}::float8[]) as row (tenant_id, bucket)) w
    cross join lateral (
      select count(*) as series from ${sql(table)} u
      where u.tenant_id = w.tenant_id and u.bucket = w.bucket) held`;
  return new Map(rows.map((row) => [windowKey(row.tenant_id, row.bucket), row.series]));
};

const windowsOf = (bookings: readonly Booking[]): Booking[] => [
  ...new Map(bookings.map((row) => [windowKey(row.series.tenantId, row.bucket), row])).values(),
];

/** Which of the bookings have a row already, by {@link bookingKey}. */
export const heldBookings = async (
  sql: TransactionSql,
  table: UsageTable,
  bookings: readonly Booking[],
): Promise<Set<string>> => {
  const rows = await sql<{ tenant_id: string; bucket: number; series_id: string }[]>`
    select tenant_id, extract(epoch from bucket)::bigint as bucket, series_id::text as series_id
    from ${sql(table)} join (
      select tenant_id, to_timestamp(bucket) as bucket, series_id from unnest(
        ${textArray(bookings.map((row) => row.series.tenantId))}::text[],
        ${plainArray(bookings.map((row) => row.bucket))}::float8[],
        ${plainUuids(bookings)}::uuid[]) as row (tenant_id, bucket, series_id)) wanted
      using (tenant_id, bucket, series_id)`;
  return new Set(
    rows.map((row) =>
      bookingKey({ bucket: row.bucket, seriesId: row.series_id, series: { tenantId: row.tenant_id } }),
    ),
  );
};

/** Remembers how many series the minutes have come to hold. @param added by {@link windowKey} */
export const countSeries = async (sql: TransactionSql, added: ReadonlyMap<string, number>): Promise<void> => {
  if (added.size === 0) return;
  const windows = [...added.keys()].map((key) => {
    const space = key.indexOf(" ");
    return { bucket: Number(key.slice(0, space)), tenantId: key.slice(space + 1) };
  });
  await sql`
    update usage_windows w set series = w.series + row.added
    from unnest(${textArray(windows.map((row) => row.tenantId))}::text[],
      ${plainArray(windows.map((row) => row.bucket))}::float8[], ${plainArray([...added.values()])}::int[])
      as row (tenant_id, bucket, added)
    where w.tenant_id = row.tenant_id and w.bucket = to_timestamp(row.bucket)`;
};
