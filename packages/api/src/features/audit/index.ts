export { auditRoutes } from "./audit.routes.js";
export { actorOf, systemActor } from "./audit.rules.js";
export { type RecordedChange, recordChange } from "./audit.service.js";
