import type { UnixMicros } from "@masthead/shared/time";
import { DAY_US, dayOf } from "@masthead/shared/time";
import type { Database } from "../../platform/db/database.js";
import { dropPartitions, ensurePartition } from "../../platform/db/partitions.store.js";

/** How long exchanges are kept one by one. */
export const EXCHANGE_DAYS = 14;

/** Partitions of the days around now, and retention. Idempotent. */
export const maintainExchanges = async (
  database: Database,
  nowUs: UnixMicros,
  keepDays: number = EXCHANGE_DAYS,
): Promise<void> => {
  for (const offset of [0, 1, 2])
    await ensurePartition(database.sql, "exchanges", dayOf(nowUs + offset * DAY_US));
  await dropPartitions(database.sql, "exchanges", dayOf(nowUs - keepDays * DAY_US));
};
