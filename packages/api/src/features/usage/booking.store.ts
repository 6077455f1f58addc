import type { TransactionSql } from "postgres";
import { jsonColumn, plainArray, textArray } from "../../platform/db/array-literal.js";
import type { Booking, Series } from "./booking.rules.js";

export type UsageTable = "usage_minute" | "usage_quarter" | "usage_day";

/** Locks the minutes to be written, in order, and marks them changed. @returns series held, by {@link windowKey} */
export const lockWindows = async (
  sql: TransactionSql,
  bookings: readonly Booking[],
): Promise<Map<string, number>> => {
  const windows = [
    ...new Map(bookings.map((row) => [windowKey(row.series.tenantId, row.bucket), row])).values(),
  ];
  const rows = await sql<{ tenant_id: string; bucket: number; series: number }[]>`
    insert into usage_windows as w (tenant_id, bucket, series, quarter_dirty, day_dirty)
    select tenant_id, to_timestamp(bucket), 0, true, true
    from unnest(${textArray(windows.map((row) => row.series.tenantId))}::text[],
      ${plainArray(windows.map((row) => row.bucket))}::float8[]) as row (tenant_id, bucket)
    order by tenant_id collate "C", bucket
    on conflict (tenant_id, bucket) do update set quarter_dirty = true, day_dirty = true
    returning tenant_id, extract(epoch from bucket)::bigint as bucket, series`;
  return new Map(rows.map((row) => [windowKey(row.tenant_id, row.bucket), row.series]));
};

export const windowKey = (tenantId: string, bucket: number): string => `${bucket} ${tenantId}`;
export const bookingKey = (
  row: Pick<Booking, "seriesId" | "bucket"> & { series: Pick<Series, "tenantId"> },
) => `${row.bucket} ${row.seriesId} ${row.series.tenantId}`;

/** Which of the bookings have a row already, by {@link bookingKey}. */
export const heldBookings = async (
  sql: TransactionSql,
  bookings: readonly Booking[],
): Promise<Set<string>> => {
  const rows = await sql<{ tenant_id: string; bucket: number; series_id: string }[]>`
    select tenant_id, extract(epoch from bucket)::bigint as bucket, series_id::text as series_id
    from usage_minute join (
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

/** Names the series of the bookings where they are new. */
export const insertSeries = async (sql: TransactionSql, bookings: readonly Booking[]): Promise<void> => {
  const rows = [...new Map(bookings.map((row) => [`${row.seriesId} ${row.series.tenantId}`, row])).values()];
  rows.sort((a, b) => (a.series.tenantId + a.seriesId < b.series.tenantId + b.seriesId ? -1 : 1));
  const texts = (of: (series: Series) => string) => textArray(rows.map((row) => of(row.series)));
  await sql`
    insert into usage_series (tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id,
      template, method, status, dimensions)
    select tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id, template, method,
      status, dimensions::jsonb
    from unnest(
      ${texts((series) => series.tenantId)}::text[], ${plainUuids(rows)}::uuid[],
      ${texts((series) => series.policyName)}::text[], ${plainArray(rows.map((row) => row.series.report))}::boolean[],
      ${texts((series) => series.role)}::text[], ${texts((series) => series.serviceName)}::text[],
      ${texts((series) => series.hostName)}::text[], ${texts((series) => series.agentId)}::text[],
      ${texts((series) => series.template)}::text[], ${texts((series) => series.method)}::text[],
      ${plainArray(rows.map((row) => row.series.status))}::smallint[],
      string_to_array(${jsonColumn(rows.map((row) => row.series.dimensions))}, E'\\x01', '')
    ) as row (tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id, template, method,
      status, dimensions)
    on conflict do nothing`;
  await insertDimensionNames(sql, rows);
};

const insertDimensionNames = async (sql: TransactionSql, bookings: readonly Booking[]): Promise<void> => {
  const names = new Map<string, [string, string]>();
  for (const { series } of bookings)
    if (series.dimensions !== null)
      for (const name of Object.keys(JSON.parse(series.dimensions)))
        names.set(JSON.stringify([series.tenantId, name]), [series.tenantId, name]);
  if (names.size === 0) return;
  const rows = [...names.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await sql`
    insert into usage_dimension_names (tenant_id, name)
    select * from unnest(${textArray(rows.map(([tenant]) => tenant))}::text[],
      ${textArray(rows.map(([, name]) => name))}::text[])
    on conflict do nothing`;
};

/**
 * Adds bookings, which are in order, to the buckets of one level.
 * @param seconds length of the level's buckets
 * @returns how many rows of each minute are new, by {@link windowKey}
 */
export const addUsage = async (
  sql: TransactionSql,
  table: UsageTable,
  bookings: readonly Booking[],
): Promise<Map<string, number>> => {
  const latency = bookings.map((row) => [...row.latency].filter(([, n]) => n > 0).sort(([a], [b]) => a - b));
  const numbers = (of: (booking: Booking) => number) => plainArray(bookings.map(of));
  const rows = await sql<{ tenant_id: string; bucket: number; series_id: string; requests: number }[]>`
    insert into ${sql(table)} as u (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes,
      measures, latency_buckets, latency_counts)
    select tenant_id, to_timestamp(bucket), series_id, requests, errors, request_bytes, response_bytes,
      measures::jsonb, latency_buckets::int[], latency_counts::bigint[]
    from unnest(
      ${textArray(bookings.map((row) => row.series.tenantId))}::text[], ${numbers((row) => row.bucket)}::float8[],
      ${plainUuids(bookings)}::uuid[], ${numbers((row) => row.requests)}::bigint[],
      ${numbers((row) => row.errors)}::bigint[], ${numbers((row) => row.requestBytes)}::bigint[],
      ${numbers((row) => row.responseBytes)}::bigint[],
      string_to_array(${jsonColumn(bookings.map((row) => row.measures && JSON.stringify(row.measures)))}, E'\\x01', ''),
      ${textArray(latency.map((pairs) => plainArray(pairs.map(([bucket]) => bucket))))}::text[],
      ${textArray(latency.map((pairs) => plainArray(pairs.map(([, count]) => count))))}::text[]
    ) as row (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes, measures,
      latency_buckets, latency_counts)
    on conflict (tenant_id, bucket, series_id) do update set
      requests = u.requests + excluded.requests,
      errors = u.errors + excluded.errors,
      request_bytes = u.request_bytes + excluded.request_bytes,
      response_bytes = u.response_bytes + excluded.response_bytes,
      measures = merge_measures(u.measures, excluded.measures),
      (latency_buckets, latency_counts) = (
        select merged.buckets, merged.counts from merge_latency(
          u.latency_buckets, u.latency_counts, excluded.latency_buckets, excluded.latency_counts) merged)
    returning tenant_id, extract(epoch from bucket)::bigint as bucket, series_id::text as series_id, requests`;
  // A row that holds no more than what was added to it is new: a partitioned table does not tell otherwise.
  const wanted = new Map(bookings.map((row) => [bookingKey(row), row.requests]));
  const added = new Map<string, number>();
  for (const row of rows) {
    const series = { tenantId: row.tenant_id };
    if (wanted.get(bookingKey({ bucket: row.bucket, seriesId: row.series_id, series })) !== row.requests)
      continue;
    const key = windowKey(row.tenant_id, row.bucket);
    added.set(key, (added.get(key) ?? 0) + 1);
  }
  return added;
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

/** First day (Unix seconds) whose minutes are held; held still until the transaction ends. */
export const lockHorizon = async (sql: TransactionSql): Promise<number> => {
  const rows = await sql<{ seconds: number }[]>`
    select extract(epoch from minutes_from::timestamp at time zone 'UTC')::bigint as seconds
    from usage_horizon for share`;
  return rows[0]?.seconds ?? 0;
};

const plainUuids = (rows: readonly { seriesId: string }[]): string =>
  `{${rows.map((row) => row.seriesId).join(",")}}`;
