import type { Principal, Role } from "../../platform/http/context.js";

/** What can be allowed. A key's `scopes` name some of those that its role has. */
export const PERMISSIONS = [
  "policies:read",
  "policies:write",
  "agents:read",
  "agents:write",
  "exchanges:read",
  "usage:read",
  "tenants:read",
  "tenants:write",
  "attribution:read",
  "reports:read",
  "reports:write",
  "deliveries:read",
  "deliveries:write",
  "keys:read",
  "keys:write",
  "audit:read",
  "metrics:read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const TENANT: readonly Permission[] = ["exchanges:read", "usage:read", "tenants:read", "reports:read"];
const VIEWER: readonly Permission[] = [
  ...TENANT,
  "policies:read",
  "agents:read",
  "attribution:read",
  "deliveries:read",
  "metrics:read",
];

/** What each role may do at most. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  editor: [...VIEWER, "policies:write", "tenants:write", "reports:write", "deliveries:write"],
  viewer: VIEWER,
  tenant: TENANT,
};

/** What each route asks for: `METHOD path`, the path as OpenAPI writes it. A route that is not here answers nobody. */
export const ROUTE_PERMISSIONS: Readonly<Record<string, Permission>> = {
  "GET /v1/policies": "policies:read",
  "GET /v1/policies/{name}": "policies:read",
  "PUT /v1/policies/{name}": "policies:write",
  "DELETE /v1/policies/{name}": "policies:write",
  "GET /v1/agents": "agents:read",
  "GET /v1/agents/{id}": "agents:read",
  "POST /v1/agents/{id}/credentials": "agents:write",
  "GET /v1/exchanges": "exchanges:read",
  "GET /v1/usage": "usage:read",
  "POST /v1/usage/query": "usage:read",
  "GET /v1/tenants": "tenants:read",
  "GET /v1/tenants/{id}": "tenants:read",
  "PUT /v1/tenants/{id}": "tenants:write",
  "DELETE /v1/tenants/{id}": "tenants:write",
  "POST /v1/tenants/{id}/fingerprints": "tenants:write",
  "DELETE /v1/tenants/{id}/fingerprints/{fingerprint}": "tenants:write",
  "GET /v1/tenants/{id}/attribution": "attribution:read",
  "GET /v1/tenants/unattributed/consumers": "attribution:read",
  "GET /v1/tenants/{id}/reports": "reports:read",
  "GET /v1/tenants/{id}/reports/{period}": "reports:read",
  "POST /v1/tenants/{id}/reports/{period}/links": "reports:write",
  "DELETE /v1/tenants/{id}/reports/links": "reports:write",
  "GET /v1/destinations": "deliveries:read",
  "POST /v1/destinations": "deliveries:write",
  "GET /v1/destinations/{id}": "deliveries:read",
  "PUT /v1/destinations/{id}": "deliveries:write",
  "DELETE /v1/destinations/{id}": "deliveries:write",
  "GET /v1/deliveries": "deliveries:read",
  "GET /v1/deliveries/{id}": "deliveries:read",
  "POST /v1/deliveries/{id}/resend": "deliveries:write",
  "GET /v1/keys": "keys:read",
  "POST /v1/keys": "keys:write",
  "GET /v1/keys/{id}": "keys:read",
  "DELETE /v1/keys/{id}": "keys:write",
  "POST /v1/keys/{id}/rotate": "keys:write",
  "GET /v1/audit": "audit:read",
  "GET /metrics": "metrics:read",
};

/** What a role narrowed by scopes may do. Scopes never add to a role. */
export const permissionsOf = ({ role, scopes }: Pick<Principal, "role" | "scopes">): readonly Permission[] =>
  ROLE_PERMISSIONS[role].filter((permission) => scopes === null || scopes.includes(permission));

/** Whether `holder` may do all that `other` may: nobody hands out more than they hold. */
export const coversAll = (
  holder: Pick<Principal, "role" | "scopes">,
  other: Pick<Principal, "role" | "scopes">,
): boolean => {
  const held = permissionsOf(holder);
  return permissionsOf(other).every((permission) => held.includes(permission));
};

/** What a route asks for. @param path as OpenAPI or as the router writes it. @returns undefined where nobody may */
export const permissionFor = (method: string, path: string): Permission | undefined =>
  ROUTE_PERMISSIONS[`${method} ${path.replace(/:([A-Za-z]+)(?:\{[^/]*\})?/g, "{$1}")}`];

/**
 * Whether it is middleware of the whole API and no route: all that is for any method and one path is taken for a route, since it
 * may answer.
 */
export const isOfWholeApi = ({ method, path }: { method: string; path: string }): boolean =>
  method === "ALL" && ["/*", "/v1/*", "/metrics"].includes(path);

/**
 * Routes under `/v1` that nobody may call, since nobody said what they ask for.
 *
 * @param routes as the router knows them
 */
export const routesWithoutPermission = (routes: readonly { method: string; path: string }[]): string[] => [
  ...new Set(
    routes
      .filter(
        ({ method, path }) =>
          path.startsWith("/v1/") && !isOfWholeApi({ method, path }) && !permissionFor(method, path),
      )
      .map(({ method, path }) => `${method} ${path}`),
  ),
];
