import { z } from "zod";
import { completenessSchema, latencySchema, measuresSchema, usageCountsShape } from "./usage-schema.js";

export const tenantItemSchema = z.object({
  id: z.string().describe("The tenant's id, as policies find it; `unattributed` and `invalid` are reserved."),
  firstSeenAt: z
    .string()
    .describe(
      "Minute of its first counted exchange (quarter-hour, where minutes are no longer held): RFC 3339.",
    ),
  lastSeenAt: z
    .string()
    .describe(
      "Minute of its last counted exchange (quarter-hour, where minutes are no longer held): RFC 3339.",
    ),
  requests: z.int().describe("Exchanges in the server role since it was first seen."),
});
export type TenantItem = z.infer<typeof tenantItemSchema>;

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

export const correctionSchema = z
  .object({
    version: z.int().describe("The version before."),
    sha256: z.string().describe("SHA-256 of its document, in hex."),
    totals: z.object(usageCountsShape).describe("What it said."),
    changes: z.object(usageCountsShape).describe("What this version says more; less is negative."),
  })
  .describe("What a restatement corrects.");
export type Correction = z.infer<typeof correctionSchema>;

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
  status: z
    .enum(["provisional", "sealed", "restated"])
    .describe(
      "`provisional`: may still change. `sealed`: never does. `restated`: sealed, and corrects a version before.",
    ),
  version: z.int().optional().describe("Of a sealed report: from 1 on."),
  corrects: correctionSchema.optional().describe("Of a restated report: what it corrects."),
  generatedAt: z
    .string()
    .optional()
    .describe(
      "When this was read: RFC 3339 in UTC with microseconds. Absent once sealed, since the same data make the same bytes.",
    ),
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
