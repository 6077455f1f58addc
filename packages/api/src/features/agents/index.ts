export { agentsRoutes } from "./agents.routes.js";
export { AWAY_AFTER_SECONDS, CLOCK_AHEAD_SECONDS } from "./agents.rules.js";
export { recordHeartbeat } from "./agents.store.js";
export { type ReadHeartbeat, readHeartbeat } from "./heartbeat.rules.js";
