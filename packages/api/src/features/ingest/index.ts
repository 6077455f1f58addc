export {
  type DrainBatchesDeps,
  type DrainBudget,
  type DrainedBatches,
  drainBatches,
} from "./drain-batches.job.js";
export type { MessageQueue, QueuedMessage, WatermarkPublisher } from "./ingest.ports.js";
export { readWatermarks } from "./watermark.read-model.js";
