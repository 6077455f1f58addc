export { requireKey } from "./auth.middleware.js";
export { generateApiKey } from "./auth.rules.js";
export { ensureAdminKey } from "./auth.service.js";
