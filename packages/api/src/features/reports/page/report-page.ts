import type { ReportStanding, TenantReport } from "@masthead/shared/http/report-schema";
import type { SealedTenantReport } from "@masthead/shared/http/sealed-report-schema";
import { html, raw } from "hono/html";
import {
  consumerTable,
  dimensionTables,
  durationCell,
  endpointTable,
  failedTable,
  numberCell,
  serviceTable,
  statusTable,
} from "./breakdown-tables.js";
import { busiest, errorsChart, latencyChart, peakHoursChart, requestsChart, weekdayName } from "./charts.js";
import { completenessSentence, gapTable, isWhole } from "./completeness.js";
import { cut, number, percent, periodName, timeIn } from "./format.js";
import { headline } from "./headline.js";
import { heldHeadersTable } from "./held-headers.js";
import type { Html } from "./html.js";
import { labelOf } from "./labels.js";
import { reportPagePolicy } from "./page-policy.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";
import { table } from "./table.js";

/** What the page says of a report that is not in its document. */
export type PageStanding = ReportStanding & Partial<Pick<SealedTenantReport, "version" | "corrects">>;

/** A report as one HTML file that asks for nothing else. All that tenants and callers have named is escaped. */
export const reportHtml = (report: TenantReport, standing: PageStanding): string => {
  const title = `${cut(report.tenant.name ?? report.tenant.id)}: API usage in ${periodName(report.period)}`;
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${reportPagePolicy()}"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>${title}</title><style>${raw(STYLE)}</style></head>
<body>${top(report, standing)}
<main>${atAGlance(report)}${overTime(report)}${report.totals.requests === 0 ? "" : html`${endpoints(report)}${failures(report)}${peak(report)}${who(report)}`}${privacy(report)}${completeness(report)}</main>
${bottom(standing)}<script>${raw(SCRIPT)}</script></body></html>
`);
};

const section = (
  id: string,
  heading: string,
  lead: Html | string,
  ...content: (Html | Html[] | string)[]
): Html =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2><p>${lead}</p>${content}</section>`;

const LONG_NAME = 40;
const BADGES = { provisional: "Provisional", sealed: "Sealed", restated: "Restated" } as const;

/** What can be expected of this report. */
const promiseOf = ({ status, version, corrects }: PageStanding): string => {
  if (status === "provisional") return "This report may still change.";
  if (!corrects) return "This report does not change any more.";
  const { requests } = corrects.changes;
  return `This is version ${version}. It corrects version ${corrects.version} by ${requests < 0 ? "−" : "+"}${number(Math.abs(requests))} requests.`;
};

const top = (report: TenantReport, standing: PageStanding): Html => {
  const { id, name } = report.tenant;
  const shown = cut(name ?? id);
  return html`<header><p class="kicker">API usage report</p><h1${shown.length > LONG_NAME ? raw(' class="long"') : ""}><bdi>${shown}</bdi></h1>
<p class="lead">${periodName(report.period)} · time zone ${report.timeZone}${name === null ? "" : html` · tenant <bdi>${cut(id)}</bdi>`}</p>
<div class="standing${isWhole(report) ? "" : " open"}"><span class="badge${standing.status === "provisional" ? "" : " sealed"}">${BADGES[standing.status]}</span><p>${completenessSentence(report)} ${promiseOf(standing)} <a href="#completeness">More</a></p></div></header>`;
};

const atAGlance = (report: TenantReport): Html =>
  section(
    "glance",
    "At a glance",
    report.previous
      ? `Against ${periodName(report.previous.period)}.`
      : "The period before is no longer held.",
    headline(report),
  );

const figure = (
  heading: string,
  legend: readonly (readonly [kind: string, name: string])[],
  drawn: Html,
  data: Html,
): Html =>
  html`<figure><figcaption><strong>${heading}</strong>${legend.length === 0 ? "" : html`<ul class="legend">${legend.map(([kind, name]) => html`<li class="${kind}">${name}</li>`)}</ul>`}</figcaption>${drawn}</figure>${data}`;

const dataTable = (summary: string, content: Html): Html =>
  html`<details><summary>${summary}</summary>${content}</details>`;

const overTime = (report: TenantReport): Html => {
  if (report.totals.requests === 0 && !report.previous?.totals.requests)
    return section("trend", "Over time", `No request in ${periodName(report.period)}.`);
  const unit = report.period.length === 7 ? "Day" : "Hour";
  const label = labelOf(report);
  const measures = Object.keys(report.measures).sort();
  const before = report.previous;
  const rows = report.trend.map((row, i) => [
    { shown: label.long(row) },
    numberCell(row.requests),
    ...(before ? [numberCell(before.trend[i]?.requests ?? 0)] : []),
    numberCell(row.errors),
    durationCell(row.latencyMs.p50),
    durationCell(row.latencyMs.p95),
    durationCell(row.latencyMs.p99),
    ...measures.map((measure) => numberCell(row.measures[measure] ?? 0)),
  ]);
  const columns = [
    "Requests",
    ...(before ? [`Requests, ${periodName(before.period)}`] : []),
    "Errors",
    "Median",
    "95 %",
    "99 %",
    ...measures,
  ];
  return section(
    "trend",
    "Over time",
    `By ${unit.toLowerCase()}, in the time zone ${report.timeZone}.`,
    figure(
      "Requests",
      [
        ["accent", periodName(report.period)],
        ...(before ? [["before", periodName(before.period)] as const] : []),
      ],
      requestsChart(report),
      html``,
    ),
    figure(
      "Latency",
      [
        ["soft", "99 % took at most"],
        ["accent", "95 %"],
        ["strong", "Median"],
      ],
      latencyChart(report),
      dataTable(
        "Requests, errors and latency as a table",
        table({
          caption: `By ${unit.toLowerCase()}`,
          columns: [
            { name: unit, kind: "text" },
            ...columns.map((name) => ({ name, kind: "number" as const })),
          ],
          rows,
        }),
      ),
    ),
  );
};

const endpoints = (report: TenantReport): Html =>
  section(
    "endpoints",
    "Endpoints and services",
    "Most requests first. Share: of all requests. Errors: of the row’s own requests.",
    endpointTable(report),
    html`<div class="pair">${serviceTable(report)}${statusTable(report)}</div>`,
  );

const failures = (report: TenantReport): Html =>
  section(
    "failures",
    "Errors",
    `${number(report.totals.errors)} of ${number(report.totals.requests)} requests failed, ${percent(report.errors.rate)}: answered with status 500 and above, or not at all.`,
    report.totals.errors === 0
      ? ""
      : figure(`Errors by ${report.period.length === 7 ? "day" : "hour"}`, [], errorsChart(report), html``),
    failedTable(report),
  );

const peak = (report: TenantReport): Html | string => {
  const cells = report.peakHours;
  if (cells === null)
    return section("peak", "Peak hours", "Hours of this period are no longer held, only days.");
  const most = busiest(cells);
  if (!most) return "";
  const hour = `${String(most.hour).padStart(2, "0")}:00`;
  const lead = `Busiest: ${weekdayName(most.weekday)}, from ${hour} on for an hour, with ${number(most.requests)} requests (${report.timeZone}).`;
  if (report.period.length > 7) return section("peak", "Peak hours", lead);
  return section(
    "peak",
    "Peak hours",
    lead,
    figure(
      "Requests by weekday and hour, of the whole month",
      [["accent", "the stronger, the more"]],
      peakHoursChart(cells),
      html``,
    ),
    dataTable("Peak hours as a table", peakTable(report, cells)),
  );
};

const peakTable = (report: TenantReport, cells: NonNullable<TenantReport["peakHours"]>): Html =>
  table({
    caption: `Requests by hour of the day (${report.timeZone}) and weekday`,
    columns: [
      { name: "Hour", kind: "text" },
      ...[1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ name: weekdayName(weekday), kind: "number" as const })),
    ],
    rows: Array.from({ length: 24 }, (_, hour) => [
      { shown: `${String(hour).padStart(2, "0")}:00` },
      ...[1, 2, 3, 4, 5, 6, 7].map((weekday) =>
        numberCell(cells.find((cell) => cell.weekday === weekday && cell.hour === hour)?.requests ?? 0),
      ),
    ]),
  });

const who = (report: TenantReport): Html =>
  section(
    "who",
    "Who called, and for what",
    "A consumer is a credential, known by its fingerprint only.",
    consumerTable(report),
    dimensionTables(report),
  );

const privacy = (report: TenantReport): Html =>
  section(
    "headers",
    "What is held of headers",
    "By the capture policies that governed this traffic. Every other header is dropped on the host, before it is read by anything but the kernel.",
    heldHeadersTable(report),
  );

const completeness = (report: TenantReport): Html =>
  section(
    "completeness",
    "Completeness",
    html`${completenessSentence(report)} The period goes from ${exactly(report.range.from)} to ${exactly(report.range.to)} UTC. What was lost has no tenant: these numbers are of all traffic.`,
    report.meta.completeness.gaps.length === 0 ? "" : gapTable(report),
  );

const exactly = (rfc3339: string): Html => html`<time datetime="${rfc3339}">${timeIn("UTC")(rfc3339)}</time>`;

const bottom = ({ generatedAt }: ReportStanding): Html =>
  html`<footer><p>Made by Masthead at ${timeIn("UTC")(generatedAt)} UTC. A request is one HTTP exchange as the host saw it that received it; latency is until its response had ended, within 1 %. Tables show the largest rows; the same report as JSON or CSV has all of them, and exact bytes.</p></footer>`;
