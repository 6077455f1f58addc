import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./context.js";
import { ApiError } from "./problem.js";

/** Largest document that is read: a policy with every list full has about half of it. */
export const BODY_MAX_BYTES = 512 * 1024;

/** A page with a script of its own says so itself; what follows would write over it. */
const keepOwnContentPolicy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const own = c.get("contentSecurityPolicy");
  if (own !== undefined) c.header("content-security-policy", own);
};

/** What every answer and every request of the app goes through, before any route. */
export const safety = (): MiddlewareHandler<AppEnv>[] => [
  requestId({ limitLength: 64 }),
  keepOwnContentPolicy,
  secureHeaders({
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  }),
  bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => {
      throw new ApiError("payload_too_large", `at most ${BODY_MAX_BYTES} bytes are read`);
    },
  }),
];
