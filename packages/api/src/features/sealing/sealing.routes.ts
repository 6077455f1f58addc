import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { AppContext, AppEnv } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { ApiError } from "../../platform/http/problem.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { reportPathSchema } from "../reports/index.js";
import { sealedAnswer } from "./sealed-answer.rules.js";
import type { ReportFormat } from "./sealed-rendering.rules.js";
import {
  listedAfterSchema,
  sealedReportPageSchema,
  tenantPathSchema,
  versionSchema,
} from "./sealing.schema.js";
import { getSealedReport, getSealedReports } from "./sealing.service.js";

const list = createRoute({
  method: "get",
  path: "/v1/tenants/{id}/reports",
  tags: ["Reports"],
  summary: "List a tenant's sealed reports",
  description:
    "Every version of every period that is sealed. `GET /v1/tenants/{id}/reports/{period}` answers one.",
  request: { params: tenantPathSchema, query: pageQuerySchema },
  responses: {
    200: {
      description: "A page of sealed reports.",
      content: { "application/json": { schema: sealedReportPageSchema } },
    },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

const REPORT = "/v1/tenants/:id/reports/:period";
const FORMATS: Readonly<Record<string, ReportFormat>> = { "application/json": "json", "text/csv": "csv" };

/** The period and version that are asked for; undefined where the path is not one of a report. */
const askedFor = (c: AppContext) => {
  const path = reportPathSchema.safeParse(c.req.param());
  const version = versionSchema.optional().safeParse(c.req.query("version"));
  if (!version.success) {
    const errors = version.error.issues.map(({ message }) => ({ pointer: "/query/version", message }));
    throw new ApiError("invalid_parameters", `/query/version: ${errors[0]?.message}`, { errors });
  }
  if (!path.success) return undefined;
  return { tenantId: path.data.id, period: path.data.period.text, version: version.data };
};

/** Routes of sealed reports. A report that is not sealed is left to the route behind. */
export function sealingRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const fingerprint = queryFingerprint({ list: "sealed reports", id });
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, listedAfterSchema);
    const found = await getSealedReports(deps, id, { after, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    const items = rows.map(({ period, version, sha256, sealedAtUs }) => ({
      period,
      version,
      status: version === 1 ? ("sealed" as const) : ("restated" as const),
      sha256: Buffer.from(sha256).toString("hex"),
      sealedAt: toRfc3339(sealedAtUs),
    }));
    const nextCursor = last
      ? encodeCursor(fingerprint, { period: last.period, version: last.version })
      : null;
    return c.json({ items, nextCursor }, 200);
  });

  router.get(REPORT, async (c, next) => {
    const asked = askedFor(c);
    const timeZone = c.req.query("timeZone") ?? "UTC";
    if (asked === undefined || timeZone !== "UTC") return next();
    const sealed = await getSealedReport(deps, asked);
    if (sealed === undefined) return next();
    const type = negotiate(c, ["application/json", "text/csv"]);
    return sealedAnswer(sealed, FORMATS[type] ?? "json", c.req.header("if-none-match"));
  });

  router.all(REPORT, async (c, next) => {
    const asked = c.req.method === "GET" || c.req.method === "HEAD" ? undefined : askedFor(c);
    const sealed = asked && (await getSealedReport(deps, { ...asked, version: undefined }));
    if (!asked || !sealed) return next();
    throw new ApiError(
      "report_sealed",
      `the report of ${asked.period} is sealed as version ${sealed.version} and never changes. Usage that comes later makes a restatement by itself; usage that belongs to another tenant is moved by that tenant's entry in the registry, which does the same.`,
      { headers: { allow: "GET, HEAD" } },
    );
  });

  return router;
}
