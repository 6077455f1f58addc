import type { ReportRow, TenantReport } from "@masthead/shared/http/report-schema";
import { toRfc3339, type UnixMicros } from "@masthead/shared/time";
import { quantileMs } from "@masthead/shared/usage/histogram";
import type { Period } from "./period.rules.js";
import type { CountedPeriod, Section, SectionRow } from "./reports.read-model.js";

const NOTHING = { requests: 0, errors: 0, requestBytes: 0, responseBytes: 0 };

type Order = (a: ReportRow, b: ReportRow) => number;
const byKey: Order = (a, b) =>
  a.key === b.key ? 0 : a.key === null ? 1 : b.key === null ? -1 : a.key < b.key ? -1 : 1;
const largestFirst: Order = (a, b) => b.requests - a.requests || byKey(a, b);

const toRow = ({ section: _section, name: _name, ...row }: SectionRow): ReportRow => row;

/** @returns the document of a report that may still change */
export const toReport = (
  tenant: string,
  period: Period,
  { rows, latency, measures }: CountedPeriod,
  meta: TenantReport["meta"],
  nowUs: UnixMicros,
): TenantReport => {
  const rowsOf = (section: Section, order: Order, name = "") =>
    rows
      .filter((row) => row.section === section && row.name === name)
      .map(toRow)
      .sort(order);
  const { key: _key, ...totals } = rowsOf("total", byKey)[0] ?? { key: null, ...NOTHING };
  const names = [...new Set(rows.filter((row) => row.section === "dimension").map((row) => row.name))].sort();
  return {
    tenant,
    period: period.text,
    range: { from: toRfc3339(period.from * 1e6), to: toRfc3339(period.to * 1e6) },
    status: "provisional",
    generatedAt: toRfc3339(nowUs),
    totals,
    measures: { ...measures },
    latencyMs: {
      p50: quantileMs(latency, 0.5),
      p90: quantileMs(latency, 0.9),
      p95: quantileMs(latency, 0.95),
      p99: quantileMs(latency, 0.99),
    },
    breakdowns: {
      [period.unit]: rowsOf(period.unit, byKey),
      service: rowsOf("service", largestFirst),
      template: rowsOf("template", largestFirst),
      method: rowsOf("method", largestFirst),
      status: rowsOf("status", byKey),
      dimensions: Object.fromEntries(names.map((name) => [name, rowsOf("dimension", largestFirst, name)])),
    },
    meta,
  };
};
