export { wasSeen } from "./tenants.read-model.js";
export { tenantsRoutes } from "./tenants.routes.js";
export { tenantIdSchema } from "./tenants.schema.js";
