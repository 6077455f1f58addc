import type { TransactionSql } from "postgres";
import { jsonColumn, plainArray, textArray } from "../../platform/db/array-literal.js";
import type { Booking, Series } from "./booking.rules.js";

/** Names the series of the bookings where they are new. */
export const insertSeries = async (sql: TransactionSql, bookings: readonly Booking[]): Promise<void> => {
  const rows = [...new Map(bookings.map((row) => [`${row.seriesId} ${row.series.tenantId}`, row])).values()];
  rows.sort((a, b) => (a.series.tenantId + a.seriesId < b.series.tenantId + b.seriesId ? -1 : 1));
  const texts = (of: (series: Series) => string | null) => textArray(rows.map((row) => of(row.series)));
  await sql`
    insert into usage_series (tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id,
      template, method, status, dimensions, consumer)
    select tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id, template, method,
      status, dimensions::jsonb, consumer
    from unnest(
      ${texts((series) => series.tenantId)}::text[], ${plainUuids(rows)}::uuid[],
      ${texts((series) => series.policyName)}::text[], ${plainArray(rows.map((row) => row.series.report))}::boolean[],
      ${texts((series) => series.role)}::text[], ${texts((series) => series.serviceName)}::text[],
      ${texts((series) => series.hostName)}::text[], ${texts((series) => series.agentId)}::text[],
      ${texts((series) => series.template)}::text[], ${texts((series) => series.method)}::text[],
      ${plainArray(rows.map((row) => row.series.status))}::smallint[],
      string_to_array(${jsonColumn(rows.map((row) => row.series.dimensions))}, E'\\x01', ''),
      ${texts((series) => series.consumer)}::text[]
    ) as row (tenant_id, series_id, policy_name, report, role, service_name, host_name, agent_id, template, method,
      status, dimensions, consumer)
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

/** The literal of the rows' series ids. */
export const plainUuids = (rows: readonly { seriesId: string }[]): string =>
  `{${rows.map((row) => row.seriesId).join(",")}}`;
