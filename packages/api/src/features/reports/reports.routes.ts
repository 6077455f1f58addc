import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { negotiate } from "../../platform/http/negotiate.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { FOCUS_VERSION } from "./focus-csv.rules.js";
import { reportPagePolicy } from "./page/page-policy.js";
import { FORM_OF, renderReport } from "./report-forms.rules.js";
import { periodOf, reportPathSchema, reportQuerySchema, reportSchema } from "./reports.schema.js";
import { getReport } from "./reports.service.js";

const tags = ["Reports"];
const JSON_TYPE = "application/json";
const CSV = "text/csv";
const HTML = "text/html";

const REPORT_CSV =
  "Lines of `section,key,requests,errors,requestBytes,responseBytes,consumers,p50Ms,p90Ms,p95Ms,p99Ms` and a column `measure:<name>` for each measure, the section `total` first. A key that a spreadsheet would take for a formula begins with `'`.";

const FOCUS_CSV = `With \`format=focus\`: usage charges in the columns of FOCUS ${FOCUS_VERSION}, a row for each service and each of requests, bytes and measures; \`SubAccountId\` is the tenant. There are no prices: costs are 0, the currency is \`XXX\` (none), and null are \`ChargeClass\`, \`ContractedUnitPrice\`, \`ListUnitPrice\`, \`PricingCategory\` and \`SkuPriceId\`, and \`SubAccountName\` where the tenant has no name.`;

const REPORT_HTML =
  "One file for people, with charts: asks for nothing else, prints, follows light and dark.";

const report = createRoute({
  method: "get",
  path: "/v1/tenants/{id}/reports/{period}",
  tags,
  summary: "Read a tenant's report",
  description:
    "The media type is picked by `Accept`, or by `format`, which wins: `csv` and `focus` are both `text/csv`, and only `format` tells them apart. A period that is sealed is answered as it was sealed, with `ETag` and `Repr-Digest`.",
  request: { params: reportPathSchema, query: reportQuerySchema },
  responses: {
    200: {
      description: "The report.",
      content: {
        [JSON_TYPE]: { schema: reportSchema },
        [CSV]: { schema: z.string().openapi({ description: `${REPORT_CSV} ${FOCUS_CSV}` }) },
        [HTML]: { schema: z.string().openapi({ description: REPORT_HTML }) },
      },
    },
    ...problemResponses("invalid_parameters", "unauthenticated", "not_found", "not_acceptable"),
  },
});

/** Routes of reports. */
export function reportsRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();

  router.openapi(report, async (c) => {
    const { id, period } = c.req.valid("param");
    const { format, timeZone } = c.req.valid("query");
    const form = format ?? FORM_OF[negotiate(c, [JSON_TYPE, CSV, HTML])];
    if (form === "html") c.set("contentSecurityPolicy", reportPagePolicy());
    const { body, headers } = await renderReport(
      await getReport(deps, scopeOf(c.var.principal), id, periodOf(period, timeZone)),
      form,
    );
    // Typed as the JSON that it may be: the other forms are texts.
    return c.body(body, 200, { ...headers, vary: "Accept" }) as never;
  });

  return router;
}
