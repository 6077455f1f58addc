import { z } from "zod";
import { correctionSchema, REPORT_FORMS, tenantReportSchema } from "./report-schema.js";

/** A sealed report: these fields, canonical JSON of them, for ever. */
export const sealedReportSchema = tenantReportSchema.extend({
  status: z
    .enum(["sealed", "restated"])
    .describe("`sealed`: never changes. `restated`: the same, and corrects the version before."),
  version: z.int().min(1).describe("From 1 on."),
  corrects: correctionSchema.optional(),
});
export type SealedTenantReport = z.infer<typeof sealedReportSchema>;

/** A version of a report that never changes, as lists show it. */
export const sealedReportItemSchema = z.object({
  period: z.string().describe("`YYYY-MM` or `YYYY-MM-DD`, in UTC."),
  version: z.int().describe("From 1 on; above that it corrects the version before."),
  status: z.enum(["sealed", "restated"]).describe("As in the report."),
  sha256: z.string().describe("SHA-256 of the report's JSON, byte for byte, in hex."),
  sealedAt: z.string().describe("When it was sealed: RFC 3339 in UTC with microseconds."),
});
export type SealedReportItem = z.infer<typeof sealedReportItemSchema>;

const DAY_SECONDS = 86_400;
const EXPIRES_MAX_SECONDS = 7 * DAY_SECONDS;

export const reportLinkOrderSchema = z.strictObject({
  form: z.enum(REPORT_FORMS).default("html").describe("What the link answers."),
  version: z.int().min(1).optional().describe("Absent: the newest."),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(EXPIRES_MAX_SECONDS)
    .default(DAY_SECONDS)
    .describe("How long the link is good."),
});

export const reportLinkSchema = z.object({
  url: z.string().describe("Good without a key until it expires, for whoever has it."),
  expiresAt: z.string().describe("RFC 3339 in UTC with microseconds."),
  version: z.int().describe("The version that it leads to."),
});
export type ReportLinkOrder = z.input<typeof reportLinkOrderSchema>;
export type ReportLink = z.infer<typeof reportLinkSchema>;
