import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import type { Ask, CallOptions } from "../ask.js";

/** What a report can be had as, beside the document itself. */
export const REPORT_FORMATS = ["html", "csv", "focus"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const MEDIA_TYPES: Record<ReportFormat, string> = { html: "text/html", csv: "text/csv", focus: "text/csv" };

export interface ReportQuery {
  /** in which the period is cut; UTC by default */
  timeZone?: string | undefined;
  /** of a sealed report; the newest by default */
  version?: number | undefined;
}

/** What each tenant used. */
export interface ReportsClient {
  /** @param period a month `YYYY-MM` or a day `YYYY-MM-DD` */
  get(tenant: string, period: string, query?: ReportQuery, options?: CallOptions): Promise<ReportAnswer>;
  /** The same as a file to hand on: a page that needs nothing else, lines of numbers, or usage in FOCUS columns. */
  file(
    tenant: string,
    period: string,
    format: ReportFormat,
    query?: ReportQuery,
    options?: CallOptions,
  ): Promise<string>;
}

const REPORT = "GET /v1/tenants/{id}/reports/{period}";

export const reportsClient = (ask: Ask): ReportsClient => ({
  get: (id, period, query = {}, options) => ask.json(REPORT, { path: { id, period }, query, options }),
  file: async (id, period, format, query = {}, options) =>
    (
      await ask.text(REPORT, MEDIA_TYPES[format], {
        path: { id, period },
        query: { ...query, format },
        options,
      })
    ).text,
});
