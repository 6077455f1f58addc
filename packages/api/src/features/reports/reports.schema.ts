import { z } from "@hono/zod-openapi";
import { reportAnswerSchema } from "@masthead/shared/http/report-schema";
import { ApiError } from "../../platform/http/problem.js";
import { isTimeZone, withUtcNamed } from "../../platform/time-zone.js";
import { tenantIdSchema } from "../tenants/index.js";
import { PERIOD_PATTERN, type Period, parsePeriod } from "./period.rules.js";
import { REPORT_FORMS } from "./report-forms.rules.js";

export const reportPathSchema = z.object({
  id: tenantIdSchema.openapi({
    param: { name: "id", in: "path" },
    description: "The tenant's id.",
    example: "acme",
  }),
  period: z.string().openapi({
    param: { name: "period", in: "path" },
    pattern: PERIOD_PATTERN.source,
    description: "A month `YYYY-MM` or a day `YYYY-MM-DD`, in the time zone asked for.",
    example: "2026-11",
  }),
});

const querySchema = z.object({
  timeZone: z
    .string()
    .refine(isTimeZone, { error: "the IANA name of a time zone, such as Europe/Berlin", abort: true })
    .transform(withUtcNamed)
    .default("UTC")
    .openapi({
      param: { name: "timeZone", in: "query" },
      description: "IANA name of the time zone in which the period is cut. Default: UTC.",
      example: "Europe/Berlin",
    }),
  format: z
    .enum(REPORT_FORMS)
    .optional()
    .openapi({
      param: { name: "format", in: "query" },
      description: "What to answer, whatever `Accept` says: for links.",
    }),
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "a version: a whole number from 1 on")
    .transform(Number)
    .optional()
    .openapi({
      param: { name: "version", in: "query" },
      type: "integer",
      minimum: 1,
      description:
        "A version of the sealed report, in UTC. Absent: the newest, or what is counted so far where none is sealed.",
    }),
});

export const reportQuerySchema = querySchema.refine(
  ({ version, timeZone }) => version === undefined || timeZone === "UTC",
  { path: ["version"], error: "reports are sealed in UTC only: there is no version in another time zone" },
);

/** @throws ApiError `invalid_parameters` where the zone's calendar has no such period */
export const periodOf = (text: string, timeZone: string): Period => {
  const period = parsePeriod(text, timeZone);
  if (period) return period;
  const message = `a month YYYY-MM or a day YYYY-MM-DD of the calendar in ${timeZone}, from 1970 to 2199`;
  throw new ApiError("invalid_parameters", `/path/period: ${message}`, {
    errors: [{ pointer: "/path/period", message }],
  });
};

export const reportSchema = reportAnswerSchema.clone().openapi("TenantReport", {
  description:
    "What a tenant used in a period. Counts exchanges in the server role, of policies with `report: true`.",
});
