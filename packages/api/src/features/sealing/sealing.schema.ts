import { z } from "@hono/zod-openapi";
import { pageSchema } from "../../platform/http/page.js";
import { tenantIdSchema } from "../tenants/index.js";

export const tenantPathSchema = z.object({
  id: tenantIdSchema.openapi({ param: { name: "id", in: "path" }, description: "The tenant's id." }),
});

export const sealedReportPageSchema = pageSchema(
  z
    .object({
      period: z.string().describe("`YYYY-MM` or `YYYY-MM-DD`, in UTC."),
      version: z.int().describe("From 1 on; above that it corrects the version before."),
      status: z.enum(["sealed", "restated"]).describe("As in the report."),
      sha256: z.string().describe("SHA-256 of the report's JSON, byte for byte, in hex."),
      sealedAt: z.string().describe("When it was sealed: RFC 3339 in UTC with microseconds."),
    })
    .openapi("SealedReport", { description: "A version of a report that never changes." }),
).openapi("SealedReportPage", { description: "Sealed reports, newest periods and versions first." });

/** Where the list goes on. */
export const listedAfterSchema = z.object({ period: z.string().max(10), version: z.int().min(1) });
