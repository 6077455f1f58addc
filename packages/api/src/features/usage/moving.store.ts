import { UNATTRIBUTED_TENANT } from "@masthead/shared/ids";
import type { TransactionSql } from "postgres";
import { plainArray, textArray } from "../../platform/db/array-literal.js";
import { type Booking, bookingKey, dimensionsText, type Series, windowKey } from "./booking.rules.js";
import { USAGE_TABLE, type UsageTable } from "./levels.rules.js";
import { plainUuids } from "./series.store.js";

/** A series and what names it. */
export interface NamedSeries {
  series: Series;
  seriesId: string;
}

interface SeriesRow extends Omit<Series, "dimensions"> {
  seriesId: string;
  dimensions: Record<string, string | null> | null;
}

/** Series of nobody known that these fingerprints name: as consumer, or as tenant. */
export const readSeriesOf = async (
  sql: TransactionSql,
  fingerprints: readonly string[],
): Promise<NamedSeries[]> => {
  const named = textArray(fingerprints);
  const rows = await sql<SeriesRow[]>`
    select series_id::text as "seriesId", tenant_id as "tenantId", policy_name as "policyName", report, role,
      service_name as "serviceName", host_name as "hostName", agent_id as "agentId", template, method, status,
      dimensions, consumer
    from usage_series where tenant_id = any(${named}::text[])
      or (tenant_id = ${UNATTRIBUTED_TENANT} and consumer = any(${named}::text[]))`;
  return rows.map(({ seriesId, dimensions, consumer, ...series }) => ({
    seriesId,
    // In the order of the series that booking makes: its id is a hash of them.
    series: {
      tenantId: series.tenantId,
      policyName: series.policyName,
      report: series.report,
      role: series.role,
      serviceName: series.serviceName,
      hostName: series.hostName,
      agentId: series.agentId,
      template: series.template,
      method: series.method,
      status: series.status,
      dimensions: dimensionsText(dimensions ?? undefined),
      consumer,
    },
  }));
};

/** First and last bucket of tenants at any level, Unix seconds; null where nothing is held of them. */
export const readSpan = async (
  sql: TransactionSql,
  tenants: readonly string[],
): Promise<{ first: number; last: number } | null> => {
  const spans = await Promise.all(
    Object.values(USAGE_TABLE).map(
      (table) => sql<{ first: number | null; last: number | null }[]>`
        select extract(epoch from min(first))::bigint as first, extract(epoch from max(last))::bigint as last
        from unnest(${textArray(tenants)}::text[]) as wanted (tenant_id) cross join lateral (
          select min(bucket) as first, max(bucket) as last from ${sql(table)} u
          where u.tenant_id = wanted.tenant_id) span`,
    ),
  );
  const known = spans.flatMap(([span]) =>
    span && span.first !== null && span.last !== null ? [{ first: span.first, last: span.last }] : [],
  );
  if (known.length === 0) return null;
  return {
    first: Math.min(...known.map(({ first }) => first)),
    last: Math.max(...known.map(({ last }) => last)),
  };
};

/** Names a row of a level, and how many requests it counts. */
export interface HeldRow {
  tenantId: string;
  seriesId: string;
  bucket: number;
  requests: number;
}

/** Some rows of these series in buckets that start in [`from`, `until`), Unix seconds. */
export const readRowsOf = (
  sql: TransactionSql,
  table: UsageTable,
  series: readonly NamedSeries[],
  { from, until, limit }: { from: number; until: number; limit: number },
): Promise<HeldRow[]> => {
  const tenants = series.map((one) => one.series.tenantId);
  return sql<HeldRow[]>`
    select u.tenant_id as "tenantId", u.series_id::text as "seriesId",
      extract(epoch from u.bucket)::bigint as bucket, u.requests
    from ${sql(table)} u join unnest(${textArray(tenants)}::text[], ${plainUuids(series)}::uuid[])
      as wanted (tenant_id, series_id) using (tenant_id, series_id)
    where u.tenant_id = any(${textArray([...new Set(tenants)])}::text[])
      and u.bucket >= to_timestamp(${from}::float8) and u.bucket < to_timestamp(${until}::float8)
    limit ${limit}`;
};

/** A row and what it becomes. */
export interface RowMove {
  source: Booking;
  target: Booking;
}

/**
 * Moves rows of one level, adding them to what is there. No two of them may become the same row.
 * @returns how many rows of each bucket are new, by `windowKey`
 */
export const moveRows = async (
  sql: TransactionSql,
  table: UsageTable,
  moves: readonly RowMove[],
): Promise<Map<string, number>> => {
  const sources = moves.map(({ source }) => source);
  const targets = moves.map(({ target }) => target);
  const rows = await sql<HeldRow[]>`
    with moved as materialized (
      select tenant_id, to_timestamp(bucket) as bucket, series_id, to_tenant, to_series, entries::int[] as entries
      from unnest(
        ${textArray(sources.map((row) => row.series.tenantId))}::text[], ${plainArray(sources.map((row) => row.bucket))}::float8[],
        ${plainUuids(sources)}::uuid[], ${textArray(targets.map((row) => row.series.tenantId))}::text[],
        ${plainUuids(targets)}::uuid[],
        ${textArray(targets.map((row) => row.consumers && plainArray(row.consumers.toSketch())))}::text[])
        as row (tenant_id, bucket, series_id, to_tenant, to_series, entries)),
    taken as (
      delete from ${sql(table)} u using moved m
      where u.tenant_id = m.tenant_id and u.bucket = m.bucket and u.series_id = m.series_id
      returning m.to_tenant, m.to_series, m.entries, u.*)
    insert into ${sql(table)} as u (tenant_id, bucket, series_id, requests, errors, request_bytes, response_bytes,
      measures, latency_buckets, latency_counts, consumers)
    select to_tenant, bucket, to_series, requests, errors, request_bytes, response_bytes, measures, latency_buckets,
      latency_counts, merge_consumers(consumers, entries)
    from taken order by to_tenant collate "C", bucket, to_series
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
    returning tenant_id as "tenantId", series_id::text as "seriesId", extract(epoch from bucket)::bigint as bucket,
      requests`;
  // As in `addUsage`: a row that holds no more than what came to it is new.
  const came = new Map(targets.map((row) => [bookingKey(row), row.requests]));
  const added = new Map<string, number>();
  for (const { tenantId, seriesId, bucket, requests } of rows) {
    if (came.get(bookingKey({ bucket, seriesId, series: { tenantId } })) !== requests) continue;
    const key = windowKey(tenantId, bucket);
    added.set(key, (added.get(key) ?? 0) + 1);
  }
  return added;
};

/** Minutes of these bookings that hold nothing any more. Their windows' locks are held. */
export const forgetEmptyWindows = async (
  sql: TransactionSql,
  bookings: readonly Booking[],
): Promise<void> => {
  await sql`
    delete from usage_windows w using unnest(${textArray(bookings.map((row) => row.series.tenantId))}::text[],
      ${plainArray(bookings.map((row) => row.bucket))}::float8[]) as row (tenant_id, bucket)
    where w.tenant_id = row.tenant_id and w.bucket = to_timestamp(row.bucket) and w.series <= 0`;
};

/** Series of nobody known that these fingerprints name, once all that they counted is gone. */
export const forgetSeriesOf = async (sql: TransactionSql, fingerprints: readonly string[]): Promise<void> => {
  const named = textArray(fingerprints);
  await sql`delete from usage_series where tenant_id = any(${named}::text[])
    or (tenant_id = ${UNATTRIBUTED_TENANT} and consumer = any(${named}::text[]))`;
  await sql`delete from usage_dimension_names where tenant_id = any(${named}::text[])`;
};
