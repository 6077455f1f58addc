import type { Database } from "@masthead/api/platform/db/database";

/** Forgets all that agents ever sent. */
export const emptyIngestTables = async (owner: Database): Promise<void> => {
  await owner.sql`truncate exchanges, batches, epochs, epoch_losses, lost_batches, loss_minutes, set_aside, ingest_counters,
    usage_series, usage_minute, usage_quarter, usage_day, usage_month, usage_quarter_summary,
    usage_day_summary, usage_month_summary, usage_windows, usage_dirty, agents`;
};
