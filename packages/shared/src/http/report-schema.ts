import { z } from "zod";
import { completenessSchema, measuresSchema, usageCountsShape } from "./usage-schema.js";

export const tenantItemSchema = z.object({
  id: z.string().describe("The tenant's id, as policies find it; `unattributed` and `invalid` are reserved."),
  firstSeenAt: z.string().describe("First counted exchange: RFC 3339 in UTC with microseconds."),
  lastSeenAt: z.string().describe("Last counted exchange: RFC 3339 in UTC with microseconds."),
});
export type TenantItem = z.infer<typeof tenantItemSchema>;

const breakdown = (key: string, described: string) =>
  z.array(z.object({ [key]: z.string().nullable().describe(described), ...usageCountsShape }));

/** A tenant's report as JSON. Counts what `/v1/usage` counts by default, of policies with `report: true`. */
export const tenantReportSchema = z.object({
  tenant: z.string().describe("The tenant's id."),
  period: z.string().describe("The period, `YYYY-MM` or `YYYY-MM-DD`, in UTC."),
  from: z.string().describe("Its start, inclusive: RFC 3339 in UTC with microseconds."),
  to: z.string().describe("Its end, exclusive: RFC 3339 in UTC with microseconds."),
  status: z.enum(["provisional", "sealed"]).describe("`provisional`: may still grow."),
  generatedAt: z.string().describe("When this was read: RFC 3339 in UTC with microseconds."),
  totals: z.object(usageCountsShape).describe("All of the period. Each breakdown adds up to it."),
  measures: measuresSchema,
  byDay: breakdown("day", "Day in UTC, `YYYY-MM-DD`.").describe("By day, ascending."),
  byService: breakdown("service", "`service.name`.").describe("By service, most requests first."),
  byTemplate: breakdown("template", "`url.template`.").describe("By template, most requests first."),
  byMethod: breakdown("method", "`http.request.method`.").describe("By method, most requests first."),
  byStatus: breakdown("status", "`http.response.status_code`; `null`: no response.").describe(
    "By status, ascending.",
  ),
  completeUntil: z
    .string()
    .nullable()
    .describe("Every exchange that ended before is counted; `null` without agents."),
  completeness: completenessSchema,
});
export type TenantReport = z.infer<typeof tenantReportSchema>;
