import type { MiddlewareHandler } from "hono";
import type { Deps } from "../../deps.js";
import type { AppEnv } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { bearerOf } from "./auth.rules.js";
import { authenticate } from "./auth.service.js";

/** Lets through only who holds a key, and says who it is in `c.var.principal`. */
export const requireKey =
  (deps: Deps): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const key = bearerOf(c.req.header("authorization"));
    const principal = key === null ? null : await authenticate(deps, key);
    if (principal === null) {
      throw new ApiError(
        "unauthenticated",
        key === null ? "send `Authorization: Bearer KEY`" : "the key is not valid",
        {
          headers: { "www-authenticate": 'Bearer realm="masthead"' },
        },
      );
    }
    c.set("principal", principal);
    await next();
  };
