import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { reportLinkOrderSchema, reportLinkSchema } from "@masthead/shared/http/sealed-report-schema";
import { toRfc3339 } from "@masthead/shared/time";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import type { Secrets } from "../../platform/secrets.js";
import { parsePeriod, reportPagePolicy, reportPathSchema } from "../reports/index.js";
import { sealedAnswer } from "../sealing/index.js";
import { tenantIdSchema } from "../tenants/index.js";
import { followLink, makeLink, revokeLinks } from "./links.service.js";

const tags = ["Reports"];

const orderSchema = reportLinkOrderSchema
  .clone()
  .openapi("ReportLinkOrder", { description: "Which link to make." });
const linkSchema = reportLinkSchema
  .clone()
  .openapi("ReportLink", { description: "A signed link to one version of a report." });

const make = createRoute({
  method: "post",
  path: "/v1/tenants/{id}/reports/{period}/links",
  tags,
  summary: "Make a short-lived link to a sealed report",
  request: {
    params: reportPathSchema,
    body: { required: true, content: { "application/json": { schema: orderSchema } } },
  },
  responses: {
    201: { description: "The link.", content: { "application/json": { schema: linkSchema } } },
    ...problemResponses(
      ...([
        "unreadable_document",
        "invalid_parameters",
        "invalid_document",
        "unauthenticated",
        "forbidden",
      ] as const),
      ...(["not_found", "conflict", "not_configured"] as const),
    ),
  },
});
const revoke = createRoute({
  method: "delete",
  path: "/v1/tenants/{id}/reports/links",
  tags,
  summary: "Revoke all links to a tenant's reports",
  request: {
    params: z.object({
      id: tenantIdSchema.openapi({ param: { name: "id", in: "path" }, description: "The tenant's id." }),
    }),
  },
  responses: {
    204: { description: "No link that was made until now is good any more." },
    ...problemResponses("invalid_parameters", "unauthenticated", "forbidden", "not_found"),
  },
});
const follow = createRoute({
  method: "get",
  path: "/shared/report",
  tags,
  security: [],
  summary: "Read a report by a link",
  description: "Needs no key: the token is one, for one version of one report.",
  request: {
    query: z.object({
      token: z
        .string()
        .max(4_096)
        .openapi({ param: { name: "token", in: "query" }, description: "As the link was made." }),
    }),
  },
  responses: {
    200: { description: "The report, in the form that the link was made for." },
    ...problemResponses("invalid_parameters", "not_found", "not_configured"),
  },
});

/** Routes of links. @param secrets null: no key is configured */
export function linksRoutes(deps: Deps, secrets: Secrets | null): OpenAPIHono<AppEnv> {
  const router = createRouter();
  const needed = (): Secrets => {
    if (secrets === null) throw new ApiError("not_configured", "set MASTHEAD_SECRETS_KEY_TEXT to have links");
    return secrets;
  };

  router.openapi(make, async (c) => {
    const { id, period } = c.req.valid("param");
    const message = "a month YYYY-MM or a day YYYY-MM-DD of the calendar";
    const parsed = parsePeriod(period);
    if (!parsed)
      throw new ApiError("invalid_parameters", `/path/period: ${message}`, {
        errors: [{ pointer: "/path/period", message }],
      });
    const order = { tenantId: id, period: parsed.text, ...c.req.valid("json") };
    const { token, grant } = await makeLink(deps, needed(), c.var.principal, order);
    const url = new URL(`/shared/report?token=${token}`, c.req.url).toString();
    return c.json({ url, expiresAt: toRfc3339(grant.expires * 1e6), version: grant.version }, 201, {
      "cache-control": "no-store",
    });
  });

  router.openapi(revoke, async (c) => {
    await revokeLinks(deps, c.var.principal, c.req.valid("param").id);
    return c.body(null, 204);
  });

  router.openapi(follow, async (c) => {
    const { sealed, grant } = await followLink(deps, needed(), c.req.valid("query").token);
    if (grant.form === "html") c.set("contentSecurityPolicy", reportPagePolicy());
    // Typed as an answer of the route's own; it is whole already.
    return (await sealedAnswer(sealed, grant.form, undefined, {
      "cache-control": "private, no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
    })) as never;
  });

  return router;
}
