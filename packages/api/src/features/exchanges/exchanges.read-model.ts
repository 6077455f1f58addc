import type { ExchangeFacts } from "@masthead/shared/http/exchange-item";
import { toRfc3339 } from "@masthead/shared/time";
import type { TransactionSql } from "postgres";
import { joined } from "../../platform/db/fragments.js";
import type { TimeRange } from "../../platform/http/instant.js";
import type { ExchangeDetail } from "./exchange-detail.rules.js";

export interface ExchangeFilter extends TimeRange {
  tenant?: string | undefined;
  service?: string | undefined;
  host?: string | undefined;
  method?: string | undefined;
  /** `404`, `5xx` or `none` */
  status?: string | undefined;
  path?: string | undefined;
  role?: string | undefined;
  headers: readonly [name: string, value: string][];
  /** only those older than this one */
  after?: { timeUs: number; id: string } | undefined;
  limit: number;
}

interface Row {
  id: string;
  time_us: number;
  duration_us: number;
  ttfb_us: number | null;
  tenant_id: string;
  consumer: string | null;
  agent_id: string;
  method: string;
  path: string;
  template: string;
  status: number | null;
  request_bytes: number;
  response_bytes: number;
  request_headers: Record<string, string[]> | null;
  response_headers: Record<string, string[]> | null;
  detail: ExchangeDetail;
}

/** Exchanges that the filter takes, newest first. */
export const readExchanges = async (
  sql: TransactionSql,
  filter: ExchangeFilter,
): Promise<ExchangeFacts[]> => {
  const equals = (column: string, value: string | undefined) =>
    value === undefined ? sql`` : sql`and ${sql(column)} = ${value}`;
  const { after } = filter;
  const rows = await sql<Row[]>`
    select id::text as id, (extract(epoch from ended_at) * 1000000)::bigint as time_us, duration_us, ttfb_us, tenant_id,
      consumer, agent_id, method, path, template, status, request_bytes, response_bytes, request_headers, response_headers, detail
    from exchanges
    where ended_at >= ${toRfc3339(filter.fromUs)}::timestamptz and ended_at < ${toRfc3339(filter.toUs)}::timestamptz
      ${equals("tenant_id", filter.tenant)} ${equals("service_name", filter.service)}
      ${equals("host_name", filter.host)} ${equals("method", filter.method)} ${equals("role", filter.role)}
      ${statusIs(sql, filter.status)}
      ${filter.path === undefined ? sql`` : sql`and path like ${likePattern(filter.path)}`}
      ${joined(
        sql,
        filter.headers.map(([name, value]) => hasHeader(sql, JSON.stringify({ [name]: [value] }))),
      )}
      ${after ? sql`and (ended_at, id) < (${toRfc3339(after.timeUs)}::timestamptz, ${after.id}::bigint)` : sql``}
    order by ended_at desc, id desc limit ${filter.limit}`;
  return rows.map(factsOf);
};

const hasHeader = (sql: TransactionSql, wanted: string) =>
  sql`and (request_headers @> ${wanted}::jsonb or response_headers @> ${wanted}::jsonb)`;

const statusIs = (sql: TransactionSql, status: string | undefined) => {
  if (status === undefined) return sql``;
  if (status === "none") return sql`and status is null`;
  const first = Number(status.slice(0, 1)) * 100;
  return status.endsWith("xx")
    ? sql`and status between ${first} and ${first + 99}`
    : sql`and status = ${Number(status)}`;
};

/** A prefix, or with `*` the whole path. */
const likePattern = (path: string): string => {
  const literal = path.replaceAll(/[\\%_]/g, "\\$&");
  return path.includes("*") ? literal.replaceAll("*", "%") : `${literal}%`;
};

const factsOf = (row: Row): ExchangeFacts => ({
  id: row.id,
  agentId: row.agent_id,
  ...row.detail.c,
  exchange: {
    ...row.detail.x,
    timeUs: row.time_us,
    durationUs: row.duration_us,
    tenant: row.tenant_id,
    method: row.method,
    path: row.path,
    template: row.template,
    requestBytes: row.request_bytes,
    responseBytes: row.response_bytes,
    ...(row.consumer === null ? {} : { consumer: row.consumer }),
    ...(row.ttfb_us === null ? {} : { ttfbUs: row.ttfb_us }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.request_headers === null ? {} : { requestHeaders: row.request_headers }),
    ...(row.response_headers === null ? {} : { responseHeaders: row.response_headers }),
  },
});
