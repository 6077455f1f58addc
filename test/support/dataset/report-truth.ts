import type { Sql } from "postgres";
import { MODEL_HEADER } from "./population.js";
import { RAW_TABLE } from "./raw-table.js";
import { TRUE_COUNTS, TRUE_LATENCY, TRUE_MEASURES, type TrueRow, toCounted } from "./truth.js";

type Counted = Omit<TrueRow, "windowStart" | "group">;
export type TrueReportRow = { key: string | null } & Pick<
  TrueRow,
  "requests" | "errors" | "requestBytes" | "responseBytes"
>;

/** What a tenant's report has to say, by plain SQL over the raw exchanges. */
export interface ReportTruth {
  /** absent: it has no traffic in the period */
  totals: Counted | undefined;
  /** by section of the report, in no order */
  breakdowns: Record<string, TrueReportRow[]>;
}

const SECTIONS: Readonly<Record<string, string>> = {
  day: `to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD')`,
  hour: `to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00.000000"Z"')`,
  service: "service_name",
  template: "template",
  method: "method",
  status: "status::text",
  [MODEL_HEADER]: "model",
};

/** @param period `YYYY-MM` or `YYYY-MM-DD`, of UTC */
export const readReportTruth = async (sql: Sql, tenant: string, period: string): Promise<ReportTruth> => {
  const isDay = period.length > 7;
  const first = isDay ? period : `${period}-01`;
  const of = `from ${RAW_TABLE} where tenant_id = $1 and role = 'server' and report
    and ended_at >= $2::text::timestamptz and ended_at < $2::text::timestamptz + $3::text::interval`;
  const read = (columns: string, rest = ""): Promise<Record<string, never>[]> =>
    sql.unsafe(`select ${columns} ${of} ${rest}`, [
      tenant,
      `${first}T00:00:00Z`,
      isDay ? "1 day" : "1 month",
    ]);
  const [totals] = await read([TRUE_COUNTS, TRUE_MEASURES, TRUE_LATENCY].join(", "));
  const breakdowns: Record<string, TrueReportRow[]> = {};
  for (const [section, key] of Object.entries(SECTIONS)) {
    if (section === (isDay ? "day" : "hour")) continue;
    const rows = await read(`${key} as key, ${TRUE_COUNTS}`, `group by 1`);
    breakdowns[section] = rows.map((row) => ({
      ...{ key: row["key"] ?? null, requests: row["requests"] ?? 0, errors: row["errors"] ?? 0 },
      requestBytes: Number(row["requestBytes"]),
      responseBytes: Number(row["responseBytes"]),
    }));
  }
  // A dimension that no policy of the tenant's traffic has is no section at all.
  const [named] = await read("count(*) filter (where has_model)::int as requests");
  if (!named?.["requests"]) breakdowns[MODEL_HEADER] = [];
  return { totals: totals?.["requests"] ? toCounted(totals as never) : undefined, breakdowns };
};
