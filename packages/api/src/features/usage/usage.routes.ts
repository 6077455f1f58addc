import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { usagePageSchema, usageQuerySchema } from "./usage.schema.js";
import { queryUsage } from "./usage.service.js";

const query = createRoute({
  method: "get",
  path: "/v1/usage",
  tags: ["Usage"],
  summary: "Count exchanges by window and dimension",
  description:
    "Complete also where exchanges are sampled. `filter[<dimension>]=a,b` takes what has one of the values; `null` stands for unknown. Dimensions: `tenant.id`, `role`, `service.name`, `host.name`, `agent.id`, `url.template`, `http.request.method`, `http.response.status_code`, and the header names that policies list under `dimensions`. The `server` role is counted unless `role` is grouped by or filtered on. The range is widened outwards to the finest buckets held; the first and last window may be cut by it.",
  request: { query: usageQuerySchema },
  responses: {
    200: { description: "Usage.", content: { "application/json": { schema: usagePageSchema } } },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

/** Routes of usage. */
export function usageRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(query, async (c) =>
    c.json(await queryUsage(deps, scopeOf(c.var.principal), c.req.valid("query")), 200),
  );
  return router;
}
