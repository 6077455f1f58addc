/** What a spreadsheet takes for the beginning of a formula, also after a tab or line break, also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

export type CsvValue = string | number | null | undefined;

/** One cell (RFC 4180). Unknown is empty, an empty text is `""`; what could be a formula begins with `'`. */
export const csvCell = (value: CsvValue): string => {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Lines of cells; each ends in CR LF. */
export const csvLines = (rows: readonly (readonly CsvValue[])[]): string =>
  rows.map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");

export const CSV_TYPE = "text/csv";
/** As an answer carries it (RFC 4180, section 3). */
export const CSV_CONTENT_TYPE = "text/csv; charset=utf-8; header=present";
