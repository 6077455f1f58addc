import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../deps.js";
import { requireKey, requirePermission } from "../features/auth/index.js";
import { FLEET } from "../platform/db/scope.js";
import type { AppEnv } from "../platform/http/context.js";
import { problemResponses } from "../platform/http/problem-schema.js";
import { createRouter } from "../platform/http/router.js";
import { readMetrics } from "./metrics.read-model.js";
import { PROMETHEUS_MEDIA_TYPE, prometheusText } from "./prometheus-text.js";

const metrics = createRoute({
  method: "get",
  path: "/metrics",
  tags: ["Operations"],
  security: [],
  summary: "Figures of the fleet for Prometheus",
  description: "Needs no key unless the server is configured to ask for one.",
  responses: {
    200: {
      description: "The figures.",
      content: {
        "text/plain": {
          schema: z.string().openapi({ description: "Prometheus' text format, version 0.0.4." }),
        },
      },
    },
    ...problemResponses("unauthenticated", "unavailable"),
  },
});

/** @param requestsPerSecond that the key of a scraper may make; null: no key is asked for */
export function metricsRoutes(deps: Deps, requestsPerSecond: number | null): OpenAPIHono<AppEnv> {
  const router = createRouter();
  if (requestsPerSecond !== null)
    router.use("/metrics", requireKey(deps, requestsPerSecond), requirePermission());
  router.openapi(metrics, async (c) => {
    const read = await deps.withDatabase((database) =>
      database.transaction(FLEET, ({ sql }) => readMetrics(sql, deps.now()), "read only"),
    );
    return c.text(prometheusText(read), 200, { "content-type": PROMETHEUS_MEDIA_TYPE });
  });
  return router;
}
