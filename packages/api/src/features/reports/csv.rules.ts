/** What a spreadsheet takes for the beginning of a formula, also after a tab or line break, also in full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

export type Cell = string | number | null | undefined;

/** One cell (RFC 4180). Unknown is empty, an empty text is `""`; what could be a formula begins with `'`. */
export const csvCell = (value: Cell): string => {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Lines that end in CR LF, the header first. */
export const csvText = (header: readonly string[], lines: readonly (readonly Cell[])[]): string =>
  [header, ...lines].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");

/** File name for a download: of a tenant's id only what is safe in any header and on any disk. */
export const reportFileName = (tenant: string, period: string, ending: string): string =>
  `masthead-${tenant.replace(/[^A-Za-z0-9_-]+/g, "_")}-${period}${ending}`;
