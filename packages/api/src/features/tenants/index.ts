export { type AttributedPart, attributed, credentialsOf, type Owners } from "./attribution.rules.js";
export { lockOwners, noteAttributed } from "./attribution.service.js";
export { moveTenants } from "./moves.job.js";
export { nameOf } from "./registry.store.js";
export { isKnown } from "./tenants.read-model.js";
export { tenantsRoutes } from "./tenants.routes.js";
export { tenantIdSchema } from "./tenants.schema.js";
