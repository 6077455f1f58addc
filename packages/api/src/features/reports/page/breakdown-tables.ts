import type { ReportRow, TenantReport } from "@masthead/shared/http/report-schema";
import { html } from "hono/html";
import { bytes, cut, duration, number, percent, shortConsumer } from "./format.js";
import type { Html } from "./html.js";
import { type Cell, type Column, table } from "./table.js";

type Counted = Pick<ReportRow, "requests" | "errors" | "requestBytes" | "responseBytes" | "measures">;

/** Rows that are shown; what is beyond is added up in one more. JSON and CSV have them all. */
const ROWS_SHOWN = 12;
const ENDPOINTS_SHOWN = 25;

const UNKNOWN = html`<span class="muted">unknown</span>`;
const OTHER = html`<span class="muted">others, beyond what is told apart</span>`;

/** A name that somebody else gave: isolated, since it may run from right to left. */
const named = (key: string | null): Html =>
  key === null ? UNKNOWN : key === "__other__" ? OTHER : given(key);

/** In full for a pointer that rests on it, where it had to be cut. */
const given = (name: string): Html => {
  const shown = name === "" ? "(empty)" : cut(name);
  return shown === name || name === ""
    ? html`<bdi>${shown}</bdi>`
    : html`<bdi title="${name}">${shown}</bdi>`;
};

export const numberCell = (value: number): Cell => ({ shown: number(value), value });
export const durationCell = (value: number | null): Cell => ({ shown: duration(value), value });
const bytesCell = (value: number): Cell => ({ shown: bytes(value), value });
const shareCell = (value: number, of: number): Cell => ({
  shown: percent(of === 0 ? null : value / of),
  value: of === 0 ? null : value / of,
});

const numbers = (...names: string[]): Column[] => names.map((name) => ({ name, kind: "number" }));

const added = (rows: readonly Counted[]): Counted => {
  const sum = {
    requests: 0,
    errors: 0,
    requestBytes: 0,
    responseBytes: 0,
    measures: {} as Record<string, number>,
  };
  for (const row of rows) {
    sum.requests += row.requests;
    sum.errors += row.errors;
    sum.requestBytes += row.requestBytes;
    sum.responseBytes += row.responseBytes;
    for (const [name, value] of Object.entries(row.measures))
      sum.measures[name] = (sum.measures[name] ?? 0) + value;
  }
  return sum;
};

const rest = (count: number): Html => html`<span class="muted">${number(count)} more, together</span>`;

interface Split<Row extends Counted> {
  readonly caption: string;
  readonly first: Column;
  readonly nameOf: (row: Row) => Html;
  readonly rows: readonly Row[];
  readonly report: TenantReport;
  readonly shown?: number;
  /** where there is room for them */
  readonly measures?: readonly string[];
}

/** A breakdown: requests, their share, how many failed, and bytes or measures. */
const split = <Row extends Counted>({
  caption,
  first,
  nameOf,
  rows,
  report,
  shown = ROWS_SHOWN,
  measures = [],
}: Split<Row>): Html => {
  const cells = (name: Html, of: Counted): Cell[] => [
    { shown: name },
    numberCell(of.requests),
    shareCell(of.requests, report.totals.requests),
    shareCell(of.errors, of.requests),
    bytesCell(of.requestBytes + of.responseBytes),
    ...measures.map((measure) => numberCell(of.measures[measure] ?? 0)),
  ];
  const beyond = rows.slice(shown);
  return table({
    caption,
    columns: [first, ...numbers("Requests", "Share", "Errors", "Data", ...measures)],
    rows: rows.slice(0, shown).map((row) => cells(nameOf(row), row)),
    below: beyond.length > 0 ? [cells(rest(beyond.length), added(beyond))] : [],
  });
};
const MEASURES_SHOWN = 2;
const shownMeasures = (report: TenantReport): string[] =>
  Object.keys(report.measures).sort().slice(0, MEASURES_SHOWN);

const text = (name: string): Column => ({ name, kind: "text" });

export const endpointTable = (report: TenantReport): Html => {
  const rows = report.breakdowns.endpoint;
  const beyond = rows.slice(ENDPOINTS_SHOWN);
  const sums = added(beyond);
  return table({
    caption: "By endpoint",
    columns: [text("Endpoint"), ...numbers("Requests", "Share", "Errors", "Median", "95 %", "Data")],
    rows: rows
      .slice(0, ENDPOINTS_SHOWN)
      .map((row) => [
        { shown: endpointName(row) },
        numberCell(row.requests),
        shareCell(row.requests, report.totals.requests),
        shareCell(row.errors, row.requests),
        durationCell(row.latencyMs.p50),
        durationCell(row.latencyMs.p95),
        bytesCell(row.requestBytes + row.responseBytes),
      ]),
    below:
      beyond.length === 0
        ? []
        : [
            [
              { shown: rest(beyond.length) },
              numberCell(sums.requests),
              shareCell(sums.requests, report.totals.requests),
              shareCell(sums.errors, sums.requests),
              { shown: "" },
              { shown: "" },
              bytesCell(sums.requestBytes + sums.responseBytes),
            ],
          ],
  });
};

const endpointName = ({ method, template }: { method: string | null; template: string | null }): Html =>
  template === "__other__" ? OTHER : html`<code>${given(method ?? "?")} ${given(template ?? "?")}</code>`;

export const serviceTable = (report: TenantReport): Html =>
  split({
    caption: "By service",
    first: text("Service"),
    nameOf: ({ key }) => named(key),
    rows: report.breakdowns.service,
    report,
  });

export const statusTable = (report: TenantReport): Html =>
  split({
    caption: "By status",
    first: { name: "Status", kind: "text" },
    nameOf: ({ key }) => (key === null ? html`<span class="muted">no response</span>` : named(key)),
    rows: report.breakdowns.status,
    report,
    shown: 20,
  });

export const consumerTable = (report: TenantReport): Html =>
  split({
    caption: "By consumer",
    first: text("Credential’s fingerprint"),
    nameOf: ({ key }) =>
      key === null || key === "__other__"
        ? named(key)
        : html`<code title="${key}">${shortConsumer(key)}</code>`,
    rows: report.breakdowns.consumer,
    report,
    measures: shownMeasures(report),
  });

export const dimensionTables = (report: TenantReport): Html[] =>
  Object.entries(report.breakdowns.dimensions).map(([name, rows]) =>
    split({
      caption: `By ${name}`,
      first: text("Value"),
      nameOf: ({ key }) => named(key),
      rows,
      report,
      measures: shownMeasures(report),
    }),
  );

export const failedTable = (report: TenantReport): Html => {
  const rows = report.errors.endpoints;
  const beyond = rows.slice(ROWS_SHOWN);
  const cells = (name: Html, of: { errors: number; requests: number }): Cell[] => [
    { shown: name },
    numberCell(of.errors),
    shareCell(of.errors, report.totals.errors),
    numberCell(of.requests),
    shareCell(of.errors, of.requests),
  ];
  return table({
    caption: "Endpoints with errors",
    columns: [text("Endpoint"), ...numbers("Errors", "Of all errors", "Requests", "Failed")],
    rows: rows.slice(0, ROWS_SHOWN).map((row) => cells(endpointName(row), row)),
    below:
      beyond.length === 0
        ? []
        : [
            cells(rest(beyond.length), {
              errors: beyond.reduce((n, { errors }) => n + errors, 0),
              requests: beyond.reduce((n, { requests }) => n + requests, 0),
            }),
          ],
    empty: "No request failed.",
  });
};
