import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { decodeCursor, encodeCursor, queryFingerprint } from "../../platform/http/cursor.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { PAGE_LIMIT_DEFAULT, pageQuerySchema } from "../../platform/http/page.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { csvFileName, reportCsv } from "./report-csv.rules.js";
import { reportPathSchema, reportSchema, tenantIdSchema, tenantPageSchema } from "./reports.schema.js";
import { getReport, getTenants } from "./reports.service.js";

const tags = ["Reports"];
const JSON_TYPE = "application/json";
const CSV = "text/csv";

const list = createRoute({
  method: "get",
  path: "/v1/tenants",
  tags,
  summary: "List tenants by id",
  request: { query: pageQuerySchema },
  responses: {
    200: { description: "A page of tenants.", content: { [JSON_TYPE]: { schema: tenantPageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

const report = createRoute({
  method: "get",
  path: "/v1/tenants/{id}/reports/{period}",
  tags,
  summary: "Read a tenant's report",
  request: { params: reportPathSchema },
  responses: {
    200: {
      description: "The report.",
      content: {
        [JSON_TYPE]: { schema: reportSchema },
        [CSV]: {
          schema: z.string().openapi({
            description:
              "Lines of `section,key,requests,errors,requestBytes,responseBytes`, the section `total` first. A key that a spreadsheet would take for a formula begins with `'`.",
          }),
        },
      },
    },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "not_acceptable"),
  },
});

/** Routes of tenants and their reports. */
export function reportsRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const fingerprint = queryFingerprint({ list: "tenants" });

  router.openapi(list, async (c) => {
    const { limit = PAGE_LIMIT_DEFAULT, cursor } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(fingerprint, cursor, tenantIdSchema);
    const found = await getTenants(deps, scopeOf(c.var.principal), { after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return c.json({ items, nextCursor: last ? encodeCursor(fingerprint, last.id) : null }, 200);
  });

  router.openapi(report, async (c) => {
    const type = negotiate(c, [JSON_TYPE, CSV]);
    const { id, period } = c.req.valid("param");
    const found = await getReport(deps, scopeOf(c.var.principal), id, period);
    c.header("Vary", "Accept");
    return type === CSV
      ? c.body(reportCsv(found), 200, {
          "content-type": "text/csv; charset=utf-8; header=present",
          "content-disposition": `attachment; filename="${csvFileName(id, period.text)}"`,
        })
      : c.json(found, 200);
  });

  return router;
}
