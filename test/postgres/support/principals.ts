import type { AppEnv, Principal } from "@masthead/api/platform/http/context";
import type { MiddlewareHandler } from "hono";

export const ADMIN: Principal = { keyId: "0".repeat(16), name: "test", role: "admin", scopes: null };

export const tenantPrincipal = (tenantId: string): Principal => ({
  keyId: "1".repeat(16),
  name: `${tenantId}'s`,
  role: "tenant",
  tenantId,
  scopes: null,
});

/** Lets every request through as this one's, in place of keys. */
export const asPrincipal =
  (principal: Principal = ADMIN): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    c.set("principal", principal);
    await next();
  };
