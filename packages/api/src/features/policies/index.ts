export { ensureDefaultPolicy } from "./policies.bootstrap.js";
export { policiesRoutes } from "./policies.routes.js";
export { fleetRevision } from "./policies.store.js";
export { readPolicyDimensions } from "./policy-dimensions.read-model.js";
export { reconcilePolicies } from "./policy-publishing.js";
