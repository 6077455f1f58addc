import type { UnixMicros } from "@masthead/shared/time";
import type { Database } from "../../platform/db/database.js";
import { dropPartitions, ensurePartition } from "../../platform/db/partitions.store.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import {
  moveHorizon,
  type RollupLevel,
  recomputeBuckets,
  takeDirtyBuckets,
  tryLockRollup,
} from "./rollup.store.js";

/** Minutes taken at once: bounds the work and the memory of one transaction. */
const WINDOWS_PER_TURN = 2_000;

/**
 * Recomputes the quarter-hours and days that have ended and changed since. Idempotent; drains side by side may all call
 * it, one does the work. @returns coarse buckets made, by level; null where another one was at it
 */
export const rollUpUsage = async (
  database: Database,
  nowUs: UnixMicros,
): Promise<Record<RollupLevel, number> | null> => {
  const made = { quarter: 0, day: 0 };
  for (const level of ["quarter", "day"] as const)
    for (;;) {
      const turn = await database.transaction(NO_TENANT, async ({ sql }) => {
        if (!(await tryLockRollup(sql))) return null;
        const buckets = await takeDirtyBuckets(sql, level, nowUs / 1e6, WINDOWS_PER_TURN);
        await recomputeBuckets(sql, level, buckets);
        return buckets.length;
      });
      if (turn === null) return null;
      made[level] += turn;
      if (turn === 0) break;
    }
  return made;
};

/** How long usage is held in minutes; quarter-hours and days stay. */
export const USAGE_MINUTE_DAYS = 35;

const DAY_US = 86_400_000_000;
const dayOf = (timeUs: UnixMicros): string => new Date(timeUs / 1000).toISOString().slice(0, 10);

/** Partitions of the days around now, and retention of minutes. Idempotent. */
export const maintainUsage = async (
  database: Database,
  nowUs: UnixMicros,
  minuteDays: number = USAGE_MINUTE_DAYS,
): Promise<void> => {
  for (const offset of [0, 1, 2])
    await ensurePartition(database.sql, "usage_minute", dayOf(nowUs + offset * DAY_US));
  const keepFrom = dayOf(nowUs - minuteDays * DAY_US);
  const moved = await database.transaction(NO_TENANT, ({ sql }) => moveHorizon(sql, keepFrom));
  if (moved) await dropPartitions(database.sql, "usage_minute", keepFrom);
};
