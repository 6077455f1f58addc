import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./context.js";
import { ApiError } from "./problem.js";

/** Largest document that is read: a policy with every list full has about half of it. */
export const BODY_MAX_BYTES = 512 * 1024;

/** What every answer and every request of the app goes through, before any route. */
export const safety = (): MiddlewareHandler<AppEnv>[] => [
  requestId({ limitLength: 64 }),
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
