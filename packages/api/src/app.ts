import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "./deps.js";
import { agentsRoutes } from "./features/agents/index.js";
import { auditRoutes } from "./features/audit/index.js";
import {
  REQUESTS_PER_SECOND_DEFAULT,
  requireKey,
  requirePermission,
  routesWithoutPermission,
} from "./features/auth/index.js";
import {
  type DestinationLimits,
  deliveriesRoutes,
  destinationsRoutes,
  linksRoutes,
} from "./features/deliveries/index.js";
import { exchangesRoutes } from "./features/exchanges/index.js";
import { keysRoutes } from "./features/keys/index.js";
import { policiesRoutes } from "./features/policies/index.js";
import { reportsRoutes } from "./features/reports/index.js";
import { REPORT_CHANGE_ADVICE, sealingRoutes } from "./features/sealing/index.js";
import { tenantsRoutes } from "./features/tenants/index.js";
import { USAGE_BOUNDS, usageRoutes } from "./features/usage/index.js";
import { docsPage } from "./operations/docs-page.js";
import { healthRoutes } from "./operations/health.routes.js";
import { metricsRoutes } from "./operations/metrics.routes.js";
import { describeApi, registerSecurity } from "./operations/openapi.js";
import { accessLog } from "./platform/http/access-log.js";
import type { AppEnv } from "./platform/http/context.js";
import { answerError } from "./platform/http/error-answer.js";
import { createRouter } from "./platform/http/router.js";
import { safety } from "./platform/http/safety.js";
import { unknownRoute } from "./platform/http/unknown-route.js";
import type { UserIssuer } from "./platform/nats/credentials.js";
import { PUBLIC_ONLY } from "./platform/outbound/allowed-hosts.js";

export interface AppOptions {
  /** signs credentials of further agents; absent: this control plane cannot */
  readonly issuer?: UserIssuer | null;
  /** whether `/metrics` asks for a key */
  readonly metricsNeedKey?: boolean;
  /** what destinations may be; absent: none that needs a secret or a folder, and no links */
  readonly deliveries?: DestinationLimits;
  /** that one key may make; at least 100 */
  readonly requestsPerSecond?: number;
  /** that a statement of a usage query may take */
  readonly usageQuerySeconds?: number;
}

/**
 * The whole REST API as one portable `fetch` handler. It keeps nothing between requests: what lives longer is in `deps`.
 *
 * @throws Error naming a route that has no permission
 */
export function createApp(deps: Deps, options: AppOptions = {}): OpenAPIHono<AppEnv> {
  const { issuer = null, metricsNeedKey = false, requestsPerSecond = REQUESTS_PER_SECOND_DEFAULT } = options;
  const { usageQuerySeconds = USAGE_BOUNDS.timeoutMs / 1_000 } = options;
  const app = createRouter();
  app.onError((error, c) => answerError(error, c, deps.log));
  app.use("*", accessLog(deps.log, deps.now), ...safety());
  app.use("/v1/*", requireKey(deps, requestsPerSecond), requirePermission());
  registerSecurity(app);

  app.route("/", policiesRoutes(deps));
  app.route("/", agentsRoutes(deps, issuer));
  app.route("/", exchangesRoutes(deps));
  app.route("/", usageRoutes(deps, { ...USAGE_BOUNDS, timeoutMs: usageQuerySeconds * 1_000 }));
  const limits = options.deliveries ?? { allowed: PUBLIC_ONLY, folders: false, secrets: null };
  app.route("/", linksRoutes(deps, limits.secrets));
  app.route("/", tenantsRoutes(deps));
  app.route("/", sealingRoutes(deps));
  app.route("/", reportsRoutes(deps));
  app.route("/", destinationsRoutes(deps, limits));
  app.route("/", deliveriesRoutes(deps));
  app.route("/", keysRoutes(deps));
  app.route("/", auditRoutes(deps));
  app.route("/", healthRoutes(deps));
  app.route("/", metricsRoutes(deps, metricsNeedKey ? requestsPerSecond : null));

  const open = routesWithoutPermission(app.routes);
  if (open.length > 0) throw new Error(`routes without a permission: ${open.join(", ")}`);

  app.get("/openapi.json", (c) => c.json(describeApi(app)));
  app.get("/docs", (c) => c.html(docsPage(describeApi(app))));

  const unknown = unknownRoute(app, REPORT_CHANGE_ADVICE);
  app.notFound((c) => answerError(unknown(c), c, deps.log));
  return app;
}
