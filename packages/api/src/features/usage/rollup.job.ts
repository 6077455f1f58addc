import type { UnixMicros } from "@masthead/shared/time";
import { dayOf } from "@masthead/shared/time";
import type { Database } from "../../platform/db/database.js";
import { ensurePartition } from "../../platform/db/partitions.store.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { takeDirty } from "./dirty.store.js";
import { type CoarseLevel, USAGE_LEVELS } from "./levels.rules.js";
import { madeFrom, recomputeBuckets } from "./rollup.store.js";

/** Bounds the work, the memory and the locks of one transaction. */
const TURN = { buckets: 2_000, rows: 50_000 };

/**
 * Recomputes the quarter-hours, days and months that have ended and changed since, each level before the one that is made from
 * it. Idempotent; drains side by side share the work. A transaction takes marks and makes their buckets, so that one that
 * is cut short leaves the marks.
 * @param signal ends it between two transactions @returns buckets made, by level
 */
export const rollUpUsage = async (
  database: Database,
  nowUs: UnixMicros,
  signal?: AbortSignal,
): Promise<Record<CoarseLevel, number>> => {
  const made = { quarter: 0, day: 0, month: 0 };
  for (const level of USAGE_LEVELS) {
    if (level === "minute") continue;
    while (!signal?.aborted) {
      const buckets = await rollUpTurn(database, level, nowUs);
      made[level] += buckets;
      if (buckets === 0) break;
    }
  }
  return made;
};

const rollUpTurn = (database: Database, level: CoarseLevel, nowUs: UnixMicros): Promise<number> =>
  database.transaction(NO_TENANT, async ({ sql }) => {
    const buckets = await takeDirty(sql, level, madeFrom(level), nowUs / 1e6, TURN);
    if (level === "quarter")
      for (const day of new Set(buckets.map(({ bucket }) => dayOf(bucket * 1e6))))
        await ensurePartition(sql, "usage_quarter", day);
    await recomputeBuckets(sql, level, buckets);
    return buckets.length;
  });
