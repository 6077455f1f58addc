import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../../platform/http/context.js";
import { ApiError } from "../../platform/http/problem.js";
import { isOfWholeApi, permissionFor, permissionsOf } from "./permissions.rules.js";

/**
 * Lets through only what the principal may do, by the route that is going to answer. What lies outside a tenant's role is not there
 * for it; anybody else is told what is lacking.
 */
export const requirePermission = (): MiddlewareHandler<AppEnv> => async (c, next) => {
  const { principal } = c.var;
  const held = permissionsOf(principal);
  const routes = matchedRoutes(c).filter((route) => !isOfWholeApi(route));
  if (routes.length === 0) return c.notFound();
  for (const { method, path } of routes) {
    const asked = permissionFor(method, path);
    if (asked !== undefined && held.includes(asked)) continue;
    const isRoleToo = asked !== undefined && permissionsOf({ ...principal, scopes: null }).includes(asked);
    if (principal.role === "tenant" && !isRoleToo)
      throw new ApiError("not_found", `nothing is at ${c.req.path}`);
    const lacking = isRoleToo ? "the key's scopes lack" : `the role ${principal.role} lacks`;
    throw new ApiError("forbidden", asked === undefined ? "nobody may do this" : `${lacking} \`${asked}\``);
  }
  return next();
};
