export { requireKey } from "./auth.middleware.js";
export { apiKeyId, generateApiKey, generateSecretOf, hashApiKey } from "./auth.rules.js";
export { ensureAdminKey } from "./auth.service.js";
export { insertApiKey } from "./auth.store.js";
export { requirePermission } from "./authorization.middleware.js";
export {
  coversAll,
  PERMISSIONS,
  type Permission,
  permissionFor,
  permissionsOf,
  ROLE_PERMISSIONS,
  ROUTE_PERMISSIONS,
  routesWithoutPermission,
} from "./permissions.rules.js";
export { REQUESTS_PER_SECOND_DEFAULT, REQUESTS_PER_SECOND_MIN } from "./rate-limit.rules.js";
