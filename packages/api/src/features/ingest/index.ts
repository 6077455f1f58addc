export type { DrainBudget } from "./budget.rules.js";
export {
  DRAIN_TRANSACTIONS,
  type DrainBatchesDeps,
  type DrainedBatches,
  drainBatches,
} from "./drain-batches.job.js";
export { type DrainHeartbeatsDeps, drainHeartbeats } from "./drain-heartbeats.job.js";
export type { MessageQueue, QueuedMessage, WatermarkPublisher } from "./ingest.ports.js";
export { type MaintainOptions, maintain } from "./maintain.job.js";
export { readWatermarks } from "./watermark.read-model.js";
