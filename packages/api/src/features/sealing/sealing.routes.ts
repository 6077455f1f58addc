import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import { type AppContext, type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import {
  FORM_OF,
  parsePeriod,
  reportPagePolicy,
  reportPathSchema,
  reportQuerySchema,
} from "../reports/index.js";
import { sealedAnswer } from "./sealed-answer.rules.js";
import { listedAfterSchema, sealedReportPageSchema, tenantPathSchema } from "./sealing.schema.js";
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
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated", "not_found"),
  },
});

const REPORT = "/v1/tenants/:id/reports/:period";
const MEDIA_TYPES = Object.keys(FORM_OF) as [keyof typeof FORM_OF, ...(keyof typeof FORM_OF)[]];

/** What is asked for; undefined where it cannot be sealed, or is no report: for the route behind to say. */
const askedFor = (c: AppContext) => {
  const path = reportPathSchema.safeParse(c.req.param());
  const query = reportQuerySchema.safeParse(c.req.query());
  if (!path.success || !query.success || query.data.timeZone !== "UTC") return undefined;
  const period = parsePeriod(path.data.period);
  return (
    period && {
      key: { tenantId: path.data.id, period: period.text, version: query.data.version },
      form: query.data.format,
    }
  );
};

/** What is said to whoever wants to change a report. */
export const REPORT_CHANGE_ADVICE = {
  "/v1/tenants/{id}/reports/{period}":
    "A report is made of what was counted, and a sealed one never changes. Usage that comes later makes a restatement by itself; usage that belongs to another tenant is moved by that tenant's entry in the registry (PUT /v1/tenants/{id}), which does the same.",
};

/** Routes of sealed reports. A report that is not sealed is left to the route behind. */
export function sealingRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(list, async (c) => {
    const { id } = c.req.valid("param");
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const fingerprint = queryFingerprint({ list: "sealed reports", id });
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, listedAfterSchema);
    const found = await getSealedReports(deps, scopeOf(c.var.principal), id, { after, limit: limit + 1 });
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
    const sealed = asked && (await getSealedReport(deps, scopeOf(c.var.principal), asked.key));
    if (!asked || !sealed) return next();
    const form = asked.form ?? FORM_OF[negotiate(c, MEDIA_TYPES)];
    if (form === "html") c.set("contentSecurityPolicy", reportPagePolicy());
    return sealedAnswer(sealed, form, c.req.header("if-none-match"));
  });

  return router;
}
