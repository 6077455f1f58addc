import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import type { Sql } from "postgres";
import { differencesOf, type FoundCounts } from "./answer.js";
import { MODEL_HEADER } from "./population.js";
import { RAW_TABLE } from "./raw-table.js";
import { type CountedRow, TRUE_COLUMNS, toCounts } from "./truth.js";

type Found = Omit<FoundCounts, "latencyMs" | "uniqueConsumers"> & Partial<FoundCounts>;
type Keyed = Found & { key: string };

const nameOf = (...parts: (string | number | null)[]): string => JSON.stringify(parts);

/** How a tenant's report differs from plain SQL over the raw exchanges, in words; empty: it does not. */
export const reportFaults = async (sql: Sql, report: ReportAnswer): Promise<string[]> => {
  const { tenant, period, timeZone, breakdowns } = report;
  const faults: string[] = [];
  const compare = async (what: string, of: string, found: readonly Keyed[], key: string, rest = "") => {
    const left = new Map(found.map((row) => [row.key, row]));
    for (const row of await read(of, key, rest)) {
      const differences = differencesOf(left.get(row.key), toCounts(row), undefined);
      if (differences.length > 0) faults.push(`${what} ${row.key}: ${differences.join("; ")}`);
      left.delete(row.key);
    }
    for (const [name, row] of left) if (row.requests > 0) faults.push(`${what} ${name}: was never there`);
  };
  const read = (of: string, key: string, rest: string) => {
    const unit = of.length > 7 ? "1 day" : "1 month";
    return sql.unsafe<(CountedRow & { key: string })[]>(
      `select ${key} as key, ${TRUE_COLUMNS} from ${RAW_TABLE}
      where tenant_id = $1 and role = 'server' and report ${rest}
        and ended_at >= $2::text::timestamp at time zone $3::text
        and ended_at < ($2::text::timestamp + $4::text::interval) at time zone $3::text group by 1`,
      [tenant.id, of.length > 7 ? of : `${of}-01`, timeZone, unit],
    );
  };
  const json = (...columns: string[]) => `json_build_array(${columns.join(", ")})::text`;
  const zoned = `ended_at at time zone '${timeZone}'`;
  const spaced = (key: string) => key.replaceAll(",", ", ");
  for (const part of report.previous ? [report, report.previous] : [report]) {
    const whole = { ...part.totals, measures: part.measures, latencyMs: part.latencyMs, key: "[]" };
    const consumers =
      part.uniqueConsumers.standardError === null ? { uniqueConsumers: part.uniqueConsumers.count } : {};
    await compare(`${part.period}: totals`, part.period, [{ ...whole, ...consumers }], json());
    const trend = part.trend.map((row) => ({ ...row, key: nameOf(row.from) }));
    const unit = part.period.length > 7 ? "hour" : "day";
    const start = `to_char(date_trunc('${unit}', ended_at, '${timeZone}') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    await compare(`${part.period}: ${unit}`, part.period, trend, json(start));
  }
  const sections = {
    ...{ service: "service_name", template: "template", method: "method", consumer: "consumer" },
    ...{ status: "status::text", statusClass: "(status / 100)::text || 'xx'" },
  } as const;
  for (const [section, column] of Object.entries(sections)) {
    const rows = breakdowns[section as keyof typeof sections] as (Found & { key: string | null })[];
    const keyed = rows.map((row) => ({ ...row, key: spaced(nameOf(row.key)) }));
    await compare(section, period, keyed, `replace(${json(column)}, ',', ', ')`);
  }
  const endpoints = breakdowns.endpoint.map((row) => ({
    ...row,
    key: spaced(nameOf(row.method, row.template)),
  }));
  await compare("endpoint", period, endpoints, json("method", "template"));
  const models = (breakdowns.dimensions[MODEL_HEADER] ?? []).map((row) => ({
    ...row,
    key: spaced(nameOf(row.key)),
  }));
  // A dimension that no policy of the tenant's traffic has is no section; where one has it, the rest is unknown.
  const hasModels = `and (select bool_or(has_model) from ${RAW_TABLE} r where r.tenant_id = $1)`;
  if (models.length > 0)
    await compare("model", period, models, `replace(${json("model")}, ',', ', ')`, hasModels);
  faults.push(...(await peakFaults(sql, report, zoned)));
  return faults;
};

const peakFaults = async (sql: Sql, report: ReportAnswer, zoned: string): Promise<string[]> => {
  const rows = await sql.unsafe<{ key: string; requests: number }[]>(
    `select json_build_array(extract(isodow from ${zoned})::int, extract(hour from ${zoned})::int)::text as key,
      count(*)::int as requests
    from ${RAW_TABLE} where tenant_id = $1 and role = 'server' and report
      and ended_at >= $2::text::timestamptz and ended_at < $3::text::timestamptz group by 1 order by 1`,
    [report.tenant.id, report.range.from, report.range.to],
  );
  const found = (report.peakHours ?? []).map((row) => `[${row.weekday}, ${row.hour}] ${row.requests}`).sort();
  const truth = rows.map((row) => `${row.key} ${row.requests}`).sort();
  return JSON.stringify(found) === JSON.stringify(truth) ? [] : [`peak hours are ${truth}, and not ${found}`];
};
