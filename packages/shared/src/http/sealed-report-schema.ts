import { z } from "zod";
import { tenantReportSchema } from "./report-schema.js";
import { usageCountsShape } from "./usage-schema.js";

export const correctionSchema = z
  .object({
    version: z.int().describe("The version before."),
    sha256: z.string().describe("SHA-256 of its JSON, byte for byte, in hex."),
    totals: z.object(usageCountsShape).describe("What it said."),
    changes: z.object(usageCountsShape).describe("What this version says more; less is negative."),
  })
  .describe("What a restatement corrects.");
export type Correction = z.infer<typeof correctionSchema>;

/** A sealed report: these fields, canonical JSON of them, for ever. */
export const sealedReportSchema = tenantReportSchema.extend({
  status: z
    .enum(["sealed", "restated"])
    .describe("`sealed`: never changes. `restated`: the same, and corrects the version before."),
  version: z.int().min(1).describe("From 1 on."),
  corrects: correctionSchema.optional(),
});
export type SealedTenantReport = z.infer<typeof sealedReportSchema>;
