import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { createRouter } from "../../platform/http/router.js";
import { registryRoutes } from "./registry.routes.js";
import { tenantAttributionRoutes } from "./tenant-attribution.routes.js";
import { tenantFingerprintsRoutes } from "./tenant-fingerprints.routes.js";

/** Routes of tenants. */
export function tenantsRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const router = createRouter();
  router.route("/", tenantAttributionRoutes(deps));
  router.route("/", registryRoutes(deps));
  router.route("/", tenantFingerprintsRoutes(deps));
  return router;
}
