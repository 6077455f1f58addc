export { bookUsage, type PlacedPart } from "./booking.service.js";
export { SERIES_PER_TENANT_AND_MINUTE } from "./cap.rules.js";
export { ChangedDays, markChanged } from "./changes.store.js";
export { readCompleteness } from "./completeness.read-model.js";
export { completenessOf } from "./completeness.service.js";
export { type DirtyMark, markDirty } from "./dirty.store.js";
export { inHeldSnapshot } from "./held-snapshot.js";
export { readHorizon } from "./horizon.store.js";
export {
  USAGE_TABLE,
  type UsageGrain,
  type UsageHorizon,
  type UsageTable,
  type UsageTableLevel,
} from "./levels.rules.js";
export { type MovedUsage, moveUsage, spanOfMoves, type UsageMove } from "./moving.service.js";
export { forgetSeriesOf } from "./moving.store.js";
export {
  ensureUsagePartitions,
  maintainUsage,
  USAGE_RETENTION,
  type UsageRetention,
} from "./retention.job.js";
export { rollUpUsage } from "./rollup.job.js";
export { readUsage, type UsageCounted, type UsageRead } from "./usage.read-model.js";
export { usageRoutes } from "./usage.routes.js";
export { queryUsage } from "./usage.service.js";
export { type OfTenants, readMarks, type UsageSource } from "./usage-branches.read-model.js";
export { latencyOf, unnested } from "./usage-details.read-model.js";
export { answerUsage, USAGE_BOUNDS, type UsageBounds, type UsageRequest } from "./usage-page.service.js";
export { everHeld, planOf, type UsagePlan } from "./usage-plan.rules.js";
export { AS_DOCUMENT } from "./usage-question.rules.js";
export { usageSource } from "./usage-source.read-model.js";
