import type { Report, ReportAnswer } from "@masthead/client";
import { OTHER_SERIES } from "@masthead/shared/ids";
import { completenessLines } from "./completeness-text.js";
import { bytesText, changeText, countText, millisecondsText, shareText } from "./number-text.js";
import { printable } from "./printable.js";
import { type Column, table } from "./table.js";
import type { Look } from "./terminal.js";
import { zonedText } from "./zoned-time.js";

/** Rows of a breakdown that people are shown; the page has all. */
const ROWS_SHOWN = 5;
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

type Row = ReportAnswer["breakdowns"]["service"][number];
type Endpoint = ReportAnswer["breakdowns"]["endpoint"][number];
type Fact = readonly [name: string, now: string, before: string, change: string];

const keyText = (key: string | null): string => {
  if (key === OTHER_SERIES) return "(beyond a bound)";
  return key ?? "(unknown)";
};

type Counted = "requests" | "errors" | "requestBytes" | "responseBytes";

/** One line of the totals; without the period before where that is no longer held. */
const fact = (
  title: string,
  now: number | null,
  before: number | null | undefined,
  text: (value: number) => string,
): Fact => [
  title,
  now === null ? "" : text(now),
  before == null ? "" : text(before),
  now === null ? "" : changeText(now, before),
];

const totals = (report: Report, look: Look): string => {
  const { previous } = report;
  const of = (name: Counted, title: string, text: (value: number) => string) =>
    fact(title, report.totals[name], previous?.totals[name], text);
  const rate = ({ requests, errors } = { requests: 0, errors: 0 }) => shareText(errors, requests);
  const facts: Fact[] = [
    of("requests", "Requests", countText),
    of("errors", "Errors", countText),
    ["Error rate", rate(report.totals), rate(previous?.totals), ""],
    of("requestBytes", "Bytes in", bytesText),
    of("responseBytes", "Bytes out", bytesText),
    fact("Consumers", report.uniqueConsumers.count, previous?.uniqueConsumers.count, countText),
    ...(["p50", "p95", "p99"] as const).map((name) =>
      fact(`${name}, ms`, report.latencyMs[name], previous?.latencyMs[name], millisecondsText),
    ),
    ...Object.entries(report.measures).map(([name, sum]) =>
      fact(name, sum, previous && (previous.measures[name] ?? 0), countText),
    ),
  ];
  const columns: Column<Fact>[] = [
    { title: "", cell: ([name]) => name },
    { title: report.period, align: "right", cell: ([, now]) => now },
    { title: previous?.period ?? "", align: "right", cell: ([, , before]) => before },
    { title: previous ? "CHANGE" : "", align: "right", cell: ([, , , change]) => change },
  ];
  return table(columns, facts, look);
};

const numbers = <T extends Pick<Row, "requests" | "errors">>(): Column<T>[] => [
  { title: "REQUESTS", align: "right", cell: ({ requests }) => countText(requests) },
  { title: "ERRORS", align: "right", cell: ({ errors }) => countText(errors) },
  { title: "ERR %", align: "right", cell: ({ errors, requests }) => shareText(errors, requests) },
];

const shown = <T>(title: string, rows: readonly T[], columns: readonly Column<T>[], look: Look): string[] => {
  if (rows.length === 0) return [];
  const more = rows.length > ROWS_SHOWN ? ` (${ROWS_SHOWN} of ${countText(rows.length)})` : "";
  return [`By ${printable(title)}${more}\n${table(columns, rows.slice(0, ROWS_SHOWN), look)}`];
};

const breakdowns = ({ breakdowns: by }: Report, look: Look): string[] => {
  /** Where nothing is known of it, nothing is said of it. */
  const keyed = (title: string, rows: readonly Row[]): string[] =>
    rows.every(({ key }) => key === null)
      ? []
      : shown(
          title,
          rows,
          [{ title: title.toUpperCase(), cell: ({ key }) => keyText(key) }, ...numbers<Row>()],
          look,
        );
  const endpoints: Column<Endpoint>[] = [
    { title: "METHOD", cell: ({ method }) => keyText(method) },
    { title: "TEMPLATE", cell: ({ template }) => keyText(template) },
    ...numbers<Endpoint>(),
    { title: "P95 MS", align: "right", cell: ({ latencyMs }) => millisecondsText(latencyMs.p95) },
  ];
  return [
    ...keyed("service", by.service),
    ...shown("endpoint", by.endpoint, endpoints, look),
    ...keyed("status", by.status),
    ...keyed("consumer", by.consumer),
    ...Object.entries(by.dimensions).flatMap(([name, rows]) => keyed(name, rows)),
  ];
};

const busiest = ({ peakHours }: Report): string[] => {
  const peak = peakHours?.toSorted((a, b) => b.requests - a.requests)[0];
  if (!peak) return [];
  const hour = String(peak.hour).padStart(2, "0");
  return [
    `Busiest: ${WEEKDAYS[peak.weekday - 1]}, ${hour}:00 to ${hour}:59, ${countText(peak.requests)} requests.`,
  ];
};

const held = ({ headers }: Report): string[] => {
  const names = headers.map(
    ({ name, from, action }) => `${from === "response" ? "response " : ""}${name} (${action})`,
  );
  return names.length === 0 ? [] : [`Headers that are held: ${[...new Set(names)].join(", ")}.`];
};

const standing = (report: Report): string => {
  const { status, version, corrects } = report;
  if (version === undefined) return status;
  return `${status} as version ${version}${corrects ? `, which corrects version ${corrects.version}` : ""}`;
};

/** A report in short, for people. */
export const reportSummary = (report: Report, look: Look, nowMs: number): string => {
  const { tenant, period, timeZone, range, meta } = report;
  const name = tenant.name === null ? tenant.id : `${tenant.name} (${tenant.id})`;
  const cover = `${zonedText(range.from, timeZone)} to ${zonedText(range.to, timeZone)} ${timeZone}`;
  const { completeness } = meta;
  const gaps = completeness.gaps.map((gap) => ({ ...gap, agentId: "a host" }));
  return [
    `${look.paint("bold", printable(name))}, ${period}: ${printable(standing(report))}\n${look.paint("dim", cover)}`,
    totals(report, look),
    ...breakdowns(report, look),
    [
      ...[...busiest(report), ...held(report)].map(printable),
      ...completenessLines({ ...meta, completeness: { ...completeness, gaps } }, look, nowMs),
    ].join("\n"),
  ].join("\n\n");
};
