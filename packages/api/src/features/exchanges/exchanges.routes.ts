import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import { type AppEnv, scopeOf } from "../../platform/http/context.js";
import { problemResponses } from "../../platform/http/problem-schema.js";
import { createRouter } from "../../platform/http/router.js";
import { exchangePageSchema, exchangesQuerySchema } from "./exchanges.schema.js";
import { listExchanges } from "./exchanges.service.js";

const list = createRoute({
  method: "get",
  path: "/v1/exchanges",
  tags: ["Exchanges"],
  summary: "List exchanges, newest first",
  description:
    "Exchanges kept one by one. Beside the parameters below, `header.<name>=<value>` takes exchanges whose request or response has this value of this header, as it was kept: `header.x-request-id=abc`. Where exchanges are sampled, usage is complete and this list is not.",
  request: { query: exchangesQuerySchema },
  responses: {
    200: {
      description: "A page of exchanges.",
      content: { "application/json": { schema: exchangePageSchema } },
    },
    ...problemResponses("invalid_parameters", "invalid_cursor", "unauthenticated"),
  },
});

/** Routes of exchanges. */
export function exchangesRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.openapi(list, async (c) =>
    c.json(await listExchanges(deps, scopeOf(c.var.principal), c.req.valid("query")), 200),
  );
  return router;
}
