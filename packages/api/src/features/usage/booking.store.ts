import type { TransactionSql } from "postgres";
import { jsonColumn, plainArray, textArray } from "../../platform/db/array-literal.js";
import { type Booking, bookingKey, windowKey } from "./booking.rules.js";
import type { UsageTable } from "./levels.rules.js";
import { plainUuids } from "./series.store.js";

/**
 * Adds bookings, which are in order, to the buckets of one level.
 * @returns how many rows of each bucket are new, by {@link windowKey}
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
      measures, latency_buckets, latency_counts, consumers)
    select tenant_id, to_timestamp(bucket), series_id, requests, errors, request_bytes, response_bytes,
      measures::jsonb, latency_buckets::int[], latency_counts::bigint[], consumers::int[]
    from unnest(
      ${textArray(bookings.map((row) => row.series.tenantId))}::text[], ${numbers((row) => row.bucket)}::float8[],
      ${plainUuids(bookings)}::uuid[], ${numbers((row) => row.requests)}::bigint[],
      ${numbers((row) => row.errors)}::bigint[], ${numbers((row) => row.requestBytes)}::bigint[],
      ${numbers((row) => row.responseBytes)}::bigint[],
      string_to_array(${jsonColumn(bookings.map((row) => row.measures && JSON.stringify(row.measures)))}, E'\\x01', ''),
      ${textArray(latency.map((pairs) => plainArray(pairs.map(([bucket]) => bucket))))}::text[],
      ${textArray(latency.map((pairs) => plainArray(pairs.map(([, count]) => count))))}::text[],
      ${textArray(bookings.map((row) => row.consumers && plainArray(row.consumers.toSketch())))}::text[]
    ) as row (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes, measures,
      latency_buckets, latency_counts, consumers)
    on conflict (tenant_id, bucket, series_id) do update set
      requests = u.requests + excluded.requests,
      errors = u.errors + excluded.errors,
      request_bytes = u.request_bytes + excluded.request_bytes,
      response_bytes = u.response_bytes + excluded.response_bytes,
      measures = merge_measures(u.measures, excluded.measures),
      (latency_buckets, latency_counts) = (
        select merged.buckets, merged.counts from merge_latency(
          u.latency_buckets, u.latency_counts, excluded.latency_buckets, excluded.latency_counts) merged),
      consumers = merge_consumers(u.consumers, excluded.consumers)
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
