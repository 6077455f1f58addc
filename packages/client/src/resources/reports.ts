import { PAGE_LIMIT_MAX, type Page } from "@masthead/shared/http/page";
import type { ReportAnswer, ReportForm } from "@masthead/shared/http/report-schema";
import type {
  ReportLink,
  ReportLinkOrder,
  SealedReportItem,
} from "@masthead/shared/http/sealed-report-schema";
import type { Ask, CallOptions } from "../ask.js";
import { itemsOf, listing, type PageQuery } from "../pages.js";

const MEDIA_TYPES: Record<ReportForm, string> = {
  json: "application/json",
  html: "text/html",
  csv: "text/csv",
  focus: "text/csv",
};

/** A report: what is counted so far, or sealed and the same for ever (`version` tells them apart). */
export type Report = ReportAnswer;

export interface ReportQuery {
  /** in which the period is cut; UTC by default. Only reports in UTC are sealed. */
  timeZone?: string | undefined;
  /** of a sealed report; the newest by default */
  version?: number | undefined;
}

/** What each tenant used. */
export interface ReportsClient {
  /** @param period a month `YYYY-MM` or a day `YYYY-MM-DD` */
  get(tenant: string, period: string, query?: ReportQuery, options?: CallOptions): Promise<Report>;
  /**
   * The same as a file to hand on, as it comes: a page that needs nothing else, lines of numbers, usage in FOCUS columns, or the
   * document's own bytes, whose SHA-256 is that of a sealed report.
   */
  file(
    tenant: string,
    period: string,
    format: ReportForm,
    query?: ReportQuery,
    options?: CallOptions,
  ): Promise<string>;
  /** One page of a tenant's sealed reports, newest first. */
  list(tenant: string, query?: PageQuery, options?: CallOptions): Promise<Page<SealedReportItem>>;
  /** All of them. */
  all(tenant: string, options?: CallOptions): AsyncGenerator<SealedReportItem, void, undefined>;
  /** A short-lived link to a sealed report, good without a key for whoever has it. */
  createLink(
    tenant: string,
    period: string,
    order?: ReportLinkOrder,
    options?: CallOptions,
  ): Promise<ReportLink>;
  /** No link to this tenant's reports that was made until now is good any more. */
  revokeLinks(tenant: string, options?: CallOptions): Promise<void>;
}

const REPORT = "GET /v1/tenants/{id}/reports/{period}";

export const reportsClient = (ask: Ask): ReportsClient => {
  const sealedOf = (id: string) =>
    listing((query: PageQuery, options) =>
      ask.json("GET /v1/tenants/{id}/reports", { path: { id }, query, options }),
    );
  return {
    get: (id, period, query = {}, options) => ask.json(REPORT, { path: { id, period }, query, options }),
    file: async (id, period, format, query = {}, options) => {
      const asked = { path: { id, period }, query: { ...query, format }, options };
      return (await ask.text(REPORT, MEDIA_TYPES[format], asked)).text;
    },
    list: (id, query, options) => sealedOf(id).list(query, options),
    all: (id, options) => itemsOf(sealedOf(id).pages({ limit: PAGE_LIMIT_MAX }, options)),
    createLink: (id, period, body = {}, options) =>
      ask.json("POST /v1/tenants/{id}/reports/{period}/links", { path: { id, period }, body, options }),
    revokeLinks: (id, options) =>
      ask.json("DELETE /v1/tenants/{id}/reports/links", { path: { id }, options }),
  };
};
