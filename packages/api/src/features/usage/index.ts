export { bookUsage, type PlacedPart, SERIES_PER_TENANT_AND_MINUTE } from "./booking.service.js";
export { completenessOf } from "./completeness.service.js";
export { maintainUsage, rollUpUsage, USAGE_MINUTE_DAYS } from "./rollup.job.js";
export {
  readDimensionNames,
  readMinutesFrom,
  readUsage,
  type UsageCounts,
  type UsageRead,
} from "./usage.read-model.js";
export { usageRoutes } from "./usage.routes.js";
export { levelOf, planOf, widened } from "./usage-query.rules.js";
