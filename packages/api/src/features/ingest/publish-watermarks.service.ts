import type { AgentId } from "@masthead/shared/ids";
import type { Log } from "../../deps.js";
import type { Database } from "../../platform/db/database.js";
import type { WatermarkPublisher } from "./ingest.ports.js";
import { readWatermarks } from "./watermark.read-model.js";

/**
 * Tells agents what Postgres holds. A watermark that is not told is told with the next batch, or when the agent sends again.
 * @throws where Postgres is away
 */
export const publishWatermarks = async (
  deps: { database: Database; watermarks: WatermarkPublisher; log: Log },
  agentIds: readonly AgentId[],
): Promise<void> => {
  for (const watermark of await readWatermarks(deps.database.sql, agentIds))
    try {
      await deps.watermarks.publish(watermark);
    } catch (error) {
      deps.log.warn(
        { agentId: watermark.agentId, error: String(error) },
        "a watermark could not be published",
      );
    }
};
