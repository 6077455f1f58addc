import { z } from "@hono/zod-openapi";
import { tenantReportSchema } from "@masthead/shared/http/report-schema";
import { tenantIdSchema } from "../tenants/index.js";
import { PERIOD_PATTERN, type Period, parsePeriod } from "./period.rules.js";

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

export const reportSchema = tenantReportSchema.openapi("TenantReport", {
  description:
    "What a tenant used in a period. Counts exchanges in the server role, of policies with `report: true`.",
});
