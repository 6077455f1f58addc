import { z } from "zod";
import { completenessSchema, latencySchema, measuresSchema, usageCountsShape } from "./usage-schema.js";

const instant = (of: string) => z.string().describe(`${of}: RFC 3339 in UTC with microseconds.`);
const rangeShape = { from: instant("Inclusive"), to: instant("Exclusive") };

const countedShape = { ...usageCountsShape, measures: measuresSchema };
const LARGEST_FIRST = "most requests first; what is beyond 1,000 rows is added up in `__other__`";
const key = (what: string) =>
  z.string().nullable().describe(`${what}; \`null\` is unknown, \`__other__\` what is beyond a bound.`);
const reportRowSchema = (what: string) => z.object({ key: key(what), ...countedShape });
const rowsBy = (what: string, order: string) =>
  z.array(reportRowSchema(what)).describe(`By ${what}, ${order}.`);
const endpointShape = {
  method: key("`http.request.method`"),
  template: key("`url.template`"),
};
const endpointRowSchema = z.object({ ...endpointShape, ...countedShape, latencyMs: latencySchema });

export const reportBreakdownsSchema = z
  .object({
    service: rowsBy("`service.name`", LARGEST_FIRST),
    endpoint: z.array(endpointRowSchema).describe(`By method and template, ${LARGEST_FIRST}.`),
    template: rowsBy("`url.template`", LARGEST_FIRST),
    method: rowsBy("`http.request.method`", LARGEST_FIRST),
    consumer: rowsBy("`consumer.fingerprint`", LARGEST_FIRST),
    status: rowsBy("`http.response.status_code`", "ascending, no response last"),
    statusClass: rowsBy("class of status, such as `2xx`", "ascending, no response last"),
    dimensions: z
      .record(z.string(), rowsBy("value of the header", LARGEST_FIRST))
      .describe("By each header that policies name as a dimension, such as a model's id."),
  })
  .describe("The totals, split in several ways. The rows of each add up to the totals.");

const trendRowSchema = z.object({ ...rangeShape, ...countedShape, latencyMs: latencySchema });
const trendSchema = z
  .array(trendRowSchema)
  .describe("By day of a month, by hour of a day, in the report's time zone; every one, ascending.");

const uniqueConsumersSchema = z
  .object({
    count: z
      .int()
      .describe("Different consumers that were seen; exchanges without a credential are not among them."),
    standardError: z
      .number()
      .nullable()
      .describe("Of `count`, as a share of it, where a sketch is part of the answer; `null`: it is exact."),
  })
  .describe("How many consumers there were.");

const periodTotalsShape = {
  totals: z.object(usageCountsShape).describe("All of the period."),
  measures: measuresSchema,
  latencyMs: latencySchema,
  uniqueConsumers: uniqueConsumersSchema,
  trend: trendSchema,
};

const change = z
  .number()
  .nullable()
  .describe("(this − before) / before, rounded to six places; `null` where there was none before.");

const heldHeaderSchema = z.object({
  name: z.string().describe("The header, lower case."),
  from: z.enum(["request", "response"]).describe("Which message carries it."),
  action: z
    .enum(["keep", "mask", "fingerprint", "presence"])
    .describe("What is held of its value. All others are dropped where they are read."),
  maxLength: z
    .int()
    .nullable()
    .describe("Bytes of the value that are kept at most; `null` where none are kept."),
  use: z
    .enum(["exchange", "tenant", "dimension", "measure"])
    .describe(
      "`exchange`: shown on exchanges; `tenant`: names the tenant or consumer; `dimension`: splits usage; `measure`: its numbers are added up.",
    ),
  policy: z.string().describe("The capture policy that says so."),
  sinceRevision: z.int().describe("The policy's revision from which on it has been so."),
  since: instant("When that revision was made"),
  until: instant("When it ceased to be so within the period").nullable(),
});

const gapSchema = z.object({
  from: instant("Since when nothing is known, within the period"),
  to: instant("Until when, within the period"),
  reason: z.string().describe("Why nothing is known, such as `agent/epoch_ended`."),
});

/**
 * A tenant's report: what is sealed, and what all renderings are made of. The same usage and ledger give the same document, whenever
 * it is made. Counts what `/v1/usage` counts by default, of policies with `report: true`.
 */
export const tenantReportSchema = z.object({
  tenant: z
    .object({
      id: z.string().describe("The tenant's id."),
      name: z.string().nullable().describe("Its name, where it is registered."),
    })
    .describe("Whose usage it is."),
  period: z.string().describe("The period, `YYYY-MM` or `YYYY-MM-DD`, in `timeZone`."),
  timeZone: z.string().describe("IANA name of the time zone in which the period is cut."),
  range: z.object(rangeShape).describe("The period's start and end."),
  ...periodTotalsShape,
  previous: z
    .object({
      period: z.string().describe("The period before."),
      range: z.object(rangeShape).describe("Its start and end."),
      ...periodTotalsShape,
    })
    .nullable()
    .describe("The period before, counted in the same way; `null` where it is no longer held."),
  change: z
    .object({
      requests: change,
      errors: change,
      requestBytes: change,
      responseBytes: change,
      uniqueConsumers: change,
      measures: z.record(z.string(), change).describe("By measure."),
    })
    .nullable()
    .describe("Against the period before; `null` where it is no longer held."),
  breakdowns: reportBreakdownsSchema,
  errors: z
    .object({
      rate: z
        .number()
        .nullable()
        .describe("Errors per request, rounded to six places; `null` without requests."),
      previousRate: z.number().nullable().describe("The same of the period before."),
      endpoints: z
        .array(
          z.object({
            ...endpointShape,
            requests: usageCountsShape.requests,
            errors: usageCountsShape.errors,
          }),
        )
        .describe("Endpoints with errors, most errors first; what is beyond 1,000 rows is in `__other__`."),
    })
    .describe("What failed: status 500 and above, or no response."),
  peakHours: z
    .array(
      z.object({
        weekday: z.int().min(1).max(7).describe("Day of the week: 1 is Monday."),
        hour: z.int().min(0).max(23).describe("Hour of the day in the report's time zone."),
        requests: usageCountsShape.requests,
        errors: usageCountsShape.errors,
      }),
    )
    .nullable()
    .describe(
      "By weekday and hour, those with requests; `null` where hours of the period are no longer held.",
    ),
  headers: z
    .array(heldHeaderSchema)
    .describe("Which headers of this tenant's exchanges are held, by the policies that governed them."),
  meta: z
    .object({
      completeUntil: z
        .string()
        .nullable()
        .describe(
          "Everything that ended before is counted; at most the end of the period. `null` where no agent was ever heard of.",
        ),
      completeness: completenessSchema
        .omit({ gaps: true })
        .extend({
          gaps: z
            .array(gapSchema)
            .describe("Spans in which exchanges may have happened that no report counts."),
        })
        .describe("What may be missing."),
    })
    .describe("How complete the report is. Of the whole fleet, for what was lost has no tenant."),
});
export type TenantReport = z.infer<typeof tenantReportSchema>;
export type ReportRow = TenantReport["breakdowns"]["service"][number];
export type ReportEndpointRow = TenantReport["breakdowns"]["endpoint"][number];
export type ReportTrendRow = TenantReport["trend"][number];
export type HeldHeader = TenantReport["headers"][number];

/** What is said of a report when it is given out. It is no part of what is sealed. */
export const reportStandingShape = {
  status: z
    .enum(["provisional", "sealed", "restated"])
    .describe(
      "`provisional`: may still change. `sealed`: never does. `restated`: sealed, and corrects a version before.",
    ),
  generatedAt: instant("When this was read"),
};
export const reportStandingSchema = z.object(reportStandingShape);
export type ReportStanding = z.infer<typeof reportStandingSchema>;

export const correctionSchema = z
  .object({
    version: z.int().describe("The version before."),
    sha256: z.string().describe("SHA-256 of its JSON, byte for byte, in hex."),
    totals: z.object(usageCountsShape).describe("What it said."),
    changes: z.object(usageCountsShape).describe("What this version says more; less is negative."),
  })
  .describe("Of a restatement: what it corrects.");
export type Correction = z.infer<typeof correctionSchema>;

/** A report as `/v1/tenants/{id}/reports/{period}` answers it. */
export const reportAnswerSchema = tenantReportSchema.extend({
  ...reportStandingShape,
  generatedAt: instant(
    "When this was read; absent once sealed, since the same data make the same bytes",
  ).optional(),
  version: z.int().min(1).optional().describe("Of a sealed report: from 1 on."),
  corrects: correctionSchema.optional(),
});
export type ReportAnswer = z.infer<typeof reportAnswerSchema>;

/** What a report can be had as. */
export const REPORT_FORMS = ["json", "csv", "focus", "html"] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];
