import type { MiddlewareHandler } from "hono";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { bearerOf } from "./auth.rules.js";
import { authenticate } from "./auth.service.js";
import { beyondQuota, rateLimitHeaders } from "./rate-limit.rules.js";

/**
 * Lets through only who holds a key and has asked no more than it may, and says who it is in `c.var.principal`.
 *
 * @param requestsPerSecond that one key may make
 */
export const requireKey =
  (deps: Deps, requestsPerSecond: number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const key = bearerOf(c.req.header("authorization"));
    const nowUs = deps.now();
    const known = key === null ? null : await authenticate(deps, key, nowUs);
    if (known === null) {
      throw new ApiError(
        "unauthenticated",
        key === null ? "send `Authorization: Bearer KEY`" : "the key is not valid",
        {
          headers: { "www-authenticate": 'Bearer realm="masthead"' },
        },
      );
    }
    c.set("principal", known.principal);
    const refused = beyondQuota(known.requests, requestsPerSecond, nowUs);
    if (refused) throw refused;
    await next();
    const headers = rateLimitHeaders(known.requests, requestsPerSecond, nowUs);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
