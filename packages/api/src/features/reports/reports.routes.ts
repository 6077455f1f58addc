import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { createRouter } from "../../platform/http/router.js";

/** Routes of tenants and their reports. */
export function reportsRoutes(_deps: Deps): OpenAPIHono<AppEnv> {
  return createRouter();
}
