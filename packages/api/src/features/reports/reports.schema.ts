import { z } from "@hono/zod-openapi";
import { tenantItemSchema, tenantReportSchema } from "@masthead/shared/http/report-schema";
import { TENANT_ID_MAX_CHARACTERS } from "@masthead/shared/ids";
import { pageSchema } from "../../platform/http/page.js";
import { PERIOD_PATTERN, type Period, parsePeriod } from "./period.rules.js";

/** Postgres holds no U+0000, so no tenant has one. */
export const tenantIdSchema = z
  .string()
  .min(1)
  .max(TENANT_ID_MAX_CHARACTERS)
  .refine((id) => !id.includes("\u0000"), "a tenant's id holds no U+0000");

export const reportPathSchema = z.object({
  id: tenantIdSchema.openapi({
    param: { name: "id", in: "path" },
    description: "The tenant's id.",
    example: "acme",
  }),
  period: z
    .string()
    .transform((text, context): Period => {
      const period = parsePeriod(text);
      if (period) return period;
      context.addIssue("a month YYYY-MM or a day YYYY-MM-DD of the calendar, from 1970 to 2199");
      return z.NEVER;
    })
    .openapi({
      param: { name: "period", in: "path" },
      type: "string",
      pattern: PERIOD_PATTERN.source,
      description: "A month `YYYY-MM` or a day `YYYY-MM-DD`, in UTC.",
      example: "2026-11",
    }),
});

export const tenantPageSchema = pageSchema(
  tenantItemSchema.openapi("Tenant", { description: "A tenant that was seen." }),
).openapi("TenantPage", { description: "Tenants by id." });

export const reportSchema = tenantReportSchema.openapi("TenantReport", {
  description:
    "What a tenant used in a period. Counts exchanges in the server role, of policies with `report: true`.",
});
