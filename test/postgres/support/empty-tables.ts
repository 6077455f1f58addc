import type { Database } from "@masthead/api/platform/db/database";
import { USAGE_TABLES } from "./usage-state.js";

/** Forgets all that agents ever sent. */
export const emptyIngestTables = async (owner: Database): Promise<void> => {
  await owner.sql`truncate exchanges, batches, epochs, epoch_losses, lost_batches, loss_minutes, set_aside, ingest_counters,
    suspensions, agents, ${owner.sql.unsafe(USAGE_TABLES.join(", "))}`;
};
