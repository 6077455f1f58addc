import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { createRouter } from "../../platform/http/router.js";

/** Routes of usage. */
export function usageRoutes(_deps: Deps): OpenAPIHono<AppEnv> {
  return createRouter();
}
