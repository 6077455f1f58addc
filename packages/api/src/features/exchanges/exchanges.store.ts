import type { Batch, WireExchange } from "@masthead/shared/wire/batch";
import type { TransactionSql } from "postgres";
import { jsonColumn, plainArray, textArray } from "../../platform/db/array-literal.js";
import { exchangeDetail } from "./exchange-detail.rules.js";

/** An exchange with its batch and the id it is stored under. */
export interface PlacedExchange {
  id: number;
  batch: Batch;
  exchange: WireExchange;
}

/**
 * Stores exchanges in one statement. Partitions of their days have to be there.
 * @throws PostgresError of class 22, 23 or 54 where Postgres refuses one of them
 */
export const insertExchanges = async (
  sql: TransactionSql,
  rows: readonly PlacedExchange[],
): Promise<void> => {
  if (rows.length === 0) return;
  const texts = (of: (row: PlacedExchange) => string | null | undefined) => textArray(rows.map(of));
  const numbers = (of: (exchange: WireExchange) => number | null | undefined) =>
    plainArray(rows.map((row) => of(row.exchange)));
  const headers = (of: (exchange: WireExchange) => WireExchange["requestHeaders"]) =>
    jsonColumn(rows.map((row) => jsonOf(of(row.exchange))));
  const connection = (row: PlacedExchange) => row.batch.connections[row.exchange.connection];
  const service = (row: PlacedExchange) =>
    row.batch.processes[connection(row)?.process ?? -1]?.serviceName ?? "";
  await sql`
    insert into exchanges (tenant_id, ended_at, id, duration_us, ttfb_us, role, agent_id, host_name, service_name,
      method, path, template, status, request_bytes, response_bytes, request_headers, response_headers, detail)
    select tenant_id, to_timestamp(ended_us / 1e6), id, duration_us, ttfb_us, role, agent_id, host_name, service_name,
      method, path, template, status, request_bytes, response_bytes, request_headers::jsonb, response_headers::jsonb,
      detail::json
    from unnest(
      ${texts((row) => row.exchange.tenant)}::text[],
      ${numbers((exchange) => exchange.timeUs)}::float8[],
      ${plainArray(rows.map((row) => row.id))}::bigint[],
      ${numbers((exchange) => exchange.durationUs)}::bigint[],
      ${numbers((exchange) => exchange.ttfbUs)}::bigint[],
      ${texts((row) => connection(row)?.role)}::text[],
      ${texts((row) => row.batch.agentId)}::text[],
      ${texts((row) => row.batch.host.name)}::text[],
      ${texts(service)}::text[],
      ${texts((row) => row.exchange.method)}::text[],
      ${texts((row) => row.exchange.path)}::text[],
      ${texts((row) => row.exchange.template)}::text[],
      ${numbers((exchange) => exchange.status)}::smallint[],
      ${numbers((exchange) => exchange.requestBytes)}::bigint[],
      ${numbers((exchange) => exchange.responseBytes)}::bigint[],
      string_to_array(${headers((exchange) => exchange.requestHeaders)}, E'\\x01', ''),
      string_to_array(${headers((exchange) => exchange.responseHeaders)}, E'\\x01', ''),
      string_to_array(${jsonColumn(rows.map((row) => exchangeDetail(row.batch, row.exchange)))}, E'\\x01')
    ) as row (tenant_id, ended_us, id, duration_us, ttfb_us, role, agent_id, host_name, service_name, method, path,
      template, status, request_bytes, response_bytes, request_headers, response_headers, detail)`;
};

const jsonOf = (headers: WireExchange["requestHeaders"]): string | null => {
  if (headers === undefined) return null;
  for (const _ in headers) return JSON.stringify(headers);
  return null;
};
