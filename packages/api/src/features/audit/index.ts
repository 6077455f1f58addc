export { actorOf, systemActor } from "./audit.rules.js";
export { type RecordedChange, recordChange } from "./audit.service.js";
