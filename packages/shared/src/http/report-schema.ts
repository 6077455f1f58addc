import { z } from "zod";
import { completenessSchema, latencySchema, measuresSchema, usageCountsShape } from "./usage-schema.js";

const rowsBy = (key: string, order: string) =>
  z
    .array(
      z.object({
        key: z.string().nullable().describe(`${key}; \`null\` is unknown.`),
        ...usageCountsShape,
      }),
    )
    .describe(`By ${key}, ${order}.`);
const LARGEST_FIRST = "most requests first; what is beyond 1,000 rows is in `__other__`";

export const reportBreakdownsSchema = z
  .object({
    day: rowsBy("day in UTC, `YYYY-MM-DD`", "ascending").optional().describe("By day; of a month only."),
    hour: rowsBy("hour in UTC, RFC 3339", "ascending").optional().describe("By hour; of a day only."),
    service: rowsBy("`service.name`", LARGEST_FIRST),
    template: rowsBy("`url.template`", LARGEST_FIRST),
    method: rowsBy("`http.request.method`", LARGEST_FIRST),
    status: rowsBy("`http.response.status_code`", "ascending, no response last"),
    dimensions: z
      .record(z.string(), rowsBy("value of the header", LARGEST_FIRST))
      .describe("By each header that policies name as a dimension."),
  })
  .describe("The totals, split in several ways. The rows of each add up to the totals.");

/** A tenant's report as JSON. Counts what `/v1/usage` counts by default, of policies with `report: true`. */
export const tenantReportSchema = z.object({
  tenant: z.string().describe("The tenant's id."),
  period: z.string().describe("The period, `YYYY-MM` or `YYYY-MM-DD`, in UTC."),
  range: z
    .object({
      from: z.string().describe("Inclusive: RFC 3339 in UTC with microseconds."),
      to: z.string().describe("Exclusive: RFC 3339 in UTC with microseconds."),
    })
    .describe("The period's start and end."),
  status: z.enum(["provisional", "sealed"]).describe("`provisional`: may still change."),
  generatedAt: z.string().describe("When this was read: RFC 3339 in UTC with microseconds."),
  totals: z.object(usageCountsShape).describe("All of the period."),
  measures: measuresSchema,
  latencyMs: latencySchema,
  breakdowns: reportBreakdownsSchema,
  meta: z
    .object({
      completeUntil: z
        .string()
        .nullable()
        .describe(
          "Every exchange that ended before is counted: the smallest over the agents concerned; `null` without agents.",
        ),
      completeness: completenessSchema,
    })
    .describe("How complete the report is. Of the whole fleet, for what was lost has no tenant."),
});
export type TenantReport = z.infer<typeof tenantReportSchema>;
export type ReportRow = TenantReport["breakdowns"]["service"][number];
