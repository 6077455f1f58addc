export { ATTEMPTS_MAX } from "./back-off.rules.js";
export { type Delivered, type DeliveringDeps, deliverReports } from "./deliver-reports.job.js";
export type { DeliveryOutlets, DestinationLimits, WriteFile } from "./deliveries.ports.js";
export { deliveriesRoutes } from "./deliveries.routes.js";
export { queueDeliveries } from "./deliveries.store.js";
export { destinationsRoutes } from "./destinations.routes.js";
export { linksRoutes } from "./links.routes.js";
