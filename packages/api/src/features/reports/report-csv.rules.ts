import type { TenantReport } from "@masthead/shared/http/report-schema";
import { type CsvValue, csvLines } from "../../platform/http/csv.js";

const QUANTILES = ["p50", "p90", "p95", "p99"] as const;
const HEADER = [
  ...["section", "key", "requests", "errors", "requestBytes", "responseBytes", "consumers"],
  ...QUANTILES.map((quantile) => `${quantile}Ms`),
];

/** What a line may hold; the rest of its cells is empty. */
interface Line {
  readonly requests: number;
  readonly errors?: number;
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  readonly uniqueConsumers?: { readonly count: number };
  readonly latencyMs?: TenantReport["latencyMs"];
  readonly measures?: Readonly<Record<string, number>>;
}

/**
 * A report in long format: section, key, counts and a column for each measure; the section `total` first. Of `lost` and `pending`
 * the requests are exchanges that no other line counts; `gap` and `header` have a key only.
 */
export const reportCsv = (report: TenantReport): string => {
  const measures = [
    ...new Set([report, report.previous].flatMap((of) => Object.keys(of?.measures ?? {}))),
  ].sort();
  const line = (section: string, key: CsvValue, of: Line): CsvValue[] => [
    ...[section, key, of.requests, of.errors ?? null, of.requestBytes ?? null, of.responseBytes ?? null],
    of.uniqueConsumers?.count ?? null,
    ...QUANTILES.map((quantile) => of.latencyMs?.[quantile] ?? null),
    ...measures.map((name) => of.measures?.[name] ?? null),
  ];
  const { endpoint, dimensions, ...simple } = report.breakdowns;
  const endpointKey = (of: { method: string | null; template: string | null }) =>
    `${of.method ?? ""} ${of.template ?? ""}`;
  const { lost, pending, gaps } = report.meta.completeness;
  return csvLines([
    [...HEADER, ...measures.map((name) => `measure:${name}`)],
    line("total", null, { ...report, ...report.totals }),
    ...(report.previous
      ? [line("previousTotal", null, { ...report.previous, ...report.previous.totals })]
      : []),
    ...report.trend.map((row) => line("trend", row.from, row)),
    ...(report.previous?.trend ?? []).map((row) => line("previousTrend", row.from, row)),
    ...endpoint.map((row) => line("endpoint", endpointKey(row), row)),
    ...Object.entries(simple).flatMap(([name, rows]) => rows.map((row) => line(name, row.key, row))),
    ...Object.entries(dimensions).flatMap(([name, rows]) =>
      rows.map((row) => line(`dimension:${name}`, row.key, row)),
    ),
    ...report.errors.endpoints.map((row) => line("failed", endpointKey(row), row)),
    ...(report.peakHours ?? []).map((row) => line("peakHour", `${row.weekday} ${row.hour}`, row)),
    line("lost", null, { requests: lost }),
    line("pending", null, { requests: pending }),
    ...gaps.map((gap) => ["gap", `${gap.from} ${gap.to} ${gap.reason}`]),
    ...report.headers.map((held) => ["header", `${held.from} ${held.name} ${held.action} ${held.use}`]),
  ]);
};
