import type { MiddlewareHandler } from "hono";
import type { Log } from "../../deps.js";
import type { AppEnv } from "./context.js";

/** One line a request. The path without its query, which may hold tenants' values; no header. */
export const accessLog =
  (log: Log, nowUs: () => number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const startedUs = nowUs();
    await next();
    log.info(
      {
        requestId: c.get("requestId"),
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        durationMs: (nowUs() - startedUs) / 1_000,
        keyId: c.get("principal")?.keyId,
      },
      "request",
    );
  };
