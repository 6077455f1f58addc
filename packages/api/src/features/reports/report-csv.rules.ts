import type { ReportRow, TenantReport } from "@masthead/shared/http/report-schema";

const HEADER = ["section", "key", "requests", "errors", "requestBytes", "responseBytes"];

/** What a spreadsheet takes for the beginning of a formula, also after a tab or line break, also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One cell (RFC 4180). Unknown is empty, an empty text is `""`; what could be a formula begins with `'`. */
export const csvCell = (value: string | number | null): string => {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A report in long format: `section,key` and counts, the section `total` first; lines end in CR LF. */
export const reportCsv = ({ totals, breakdowns }: TenantReport): string => {
  const { dimensions, ...fixed } = breakdowns;
  const sections: [string, readonly ReportRow[]][] = [
    ["total", [{ key: null, ...totals }]],
    ...Object.entries(fixed).map(([name, rows = []]): [string, ReportRow[]] => [name, rows]),
    ...Object.entries(dimensions).map(([name, rows]): [string, ReportRow[]] => [`dimension:${name}`, rows]),
  ];
  const lines = sections.flatMap(([section, rows]) =>
    rows.map((row) => [section, row.key, row.requests, row.errors, row.requestBytes, row.responseBytes]),
  );
  return [HEADER, ...lines].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
};

/** File name for a download: of a tenant's id only what is safe in any header and on any disk. */
export const csvFileName = (tenant: string, period: string): string =>
  `masthead-${tenant.replace(/[^A-Za-z0-9_-]+/g, "_")}-${period}.csv`;
