import { z } from "@hono/zod-openapi";
import { sealedReportItemSchema } from "@masthead/shared/http/sealed-report-schema";
import { pageSchema } from "../../platform/http/page.js";
import { tenantIdSchema } from "../tenants/index.js";

export const tenantPathSchema = z.object({
  id: tenantIdSchema.openapi({ param: { name: "id", in: "path" }, description: "The tenant's id." }),
});

export const sealedReportPageSchema = pageSchema(
  sealedReportItemSchema
    .clone()
    .openapi("SealedReport", { description: "A version of a report that never changes." }),
).openapi("SealedReportPage", { description: "Sealed reports, newest periods and versions first." });

/** Where the list goes on. */
export const listedAfterSchema = z.object({ period: z.string().max(10), version: z.int().min(1) });
