import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Deps } from "./deps.js";
import { agentsRoutes } from "./features/agents/index.js";
import { requireKey } from "./features/auth/index.js";
import {
  type DestinationLimits,
  deliveriesRoutes,
  destinationsRoutes,
  linksRoutes,
} from "./features/deliveries/index.js";
import { exchangesRoutes } from "./features/exchanges/index.js";
import { policiesRoutes } from "./features/policies/index.js";
import { reportsRoutes } from "./features/reports/index.js";
import { sealingRoutes } from "./features/sealing/index.js";
import { usageRoutes } from "./features/usage/index.js";
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
}

/**
 * The whole REST API as one portable `fetch` handler. It keeps nothing between requests: what lives longer is in `deps`.
 */
export function createApp(deps: Deps, options: AppOptions = {}): OpenAPIHono<AppEnv> {
  const app = createRouter();
  app.onError((error, c) => answerError(error, c, deps.log));
  app.use("*", accessLog(deps.log, deps.now), ...safety());
  app.use("/v1/*", requireKey(deps));
  registerSecurity(app);

  app.route("/", policiesRoutes(deps));
  app.route("/", agentsRoutes(deps, options.issuer ?? null));
  app.route("/", exchangesRoutes(deps));
  app.route("/", usageRoutes(deps));
  const limits = options.deliveries ?? { allowed: PUBLIC_ONLY, folders: false, secrets: null };
  app.route("/", linksRoutes(deps, limits.secrets));
  app.route("/", sealingRoutes(deps));
  app.route("/", reportsRoutes(deps));
  app.route("/", destinationsRoutes(deps, limits));
  app.route("/", deliveriesRoutes(deps));
  app.route("/", healthRoutes(deps));
  app.route("/", metricsRoutes(deps, options.metricsNeedKey ?? false));

  app.get("/openapi.json", (c) => c.json(describeApi(app)));
  app.get("/docs", (c) => c.html(docsPage(describeApi(app))));

  const unknown = unknownRoute(app);
  app.notFound((c) => answerError(unknown(c), c, deps.log));
  return app;
}
