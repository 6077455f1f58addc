import { type CsvValue, csvLines } from "../../platform/http/csv.js";

export { type CsvValue as Cell, csvCell } from "../../platform/http/csv.js";

/** Lines that end in CR LF, the header first. */
export const csvText = (header: readonly string[], lines: readonly (readonly CsvValue[])[]): string =>
  csvLines([header, ...lines]);

/** File name for a download: of a tenant's id only what is safe in any header and on any disk. */
export const reportFileName = (tenant: string, period: string, ending: string): string =>
  `masthead-${tenant.replace(/[^A-Za-z0-9_-]+/g, "_")}-${period}${ending}`;
