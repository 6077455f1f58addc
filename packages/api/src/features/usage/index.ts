export { bookUsage, type PlacedPart, SERIES_PER_TENANT_AND_MINUTE } from "./booking.service.js";
export { maintainUsage, rollUpUsage, USAGE_MINUTE_DAYS } from "./rollup.job.js";
export { usageRoutes } from "./usage.routes.js";
