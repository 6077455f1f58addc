import { z } from "zod";
import { correctionSchema, tenantReportSchema } from "./report-schema.js";

/** A sealed report: these fields, canonical JSON of them, for ever. */
export const sealedReportSchema = tenantReportSchema.extend({
  status: z
    .enum(["sealed", "restated"])
    .describe("`sealed`: never changes. `restated`: the same, and corrects the version before."),
  version: z.int().min(1).describe("From 1 on."),
  corrects: correctionSchema.optional(),
});
export type SealedTenantReport = z.infer<typeof sealedReportSchema>;
