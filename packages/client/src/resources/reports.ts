import type { TenantReport } from "@masthead/shared/http/report-schema";
import type { Ask, CallOptions } from "../ask.js";

/** What a report can be had as, beside the document itself. */
const MEDIA_TYPES = { csv: "text/csv" } as const;
export type ReportFormat = keyof typeof MEDIA_TYPES;

/** What each tenant used. */
export interface ReportsClient {
  /** @param period a month `YYYY-MM` or a day `YYYY-MM-DD` */
  get(tenant: string, period: string, options?: CallOptions): Promise<TenantReport>;
  /** The same as a file to hand on. */
  file(tenant: string, period: string, format: ReportFormat, options?: CallOptions): Promise<string>;
}

export const reportsClient = (ask: Ask): ReportsClient => ({
  get: (id, period, options) =>
    ask.json("GET /v1/tenants/{id}/reports/{period}", { path: { id, period }, options }),
  file: (id, period, format, options) =>
    ask.text("GET /v1/tenants/{id}/reports/{period}", MEDIA_TYPES[format], { path: { id, period }, options }),
});
