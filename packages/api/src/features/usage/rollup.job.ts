import type { UnixMicros } from "@masthead/shared/time";
import { dayOf } from "@masthead/shared/time";
import type { Database, Transaction } from "../../platform/db/database.js";
import { ensurePartition } from "../../platform/db/partitions.store.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { type CoarseBucket, type MarkedLevel, takeDirty } from "./dirty.store.js";
import { COARSE_LEVELS, type CoarseLevel, SUMMARY_TABLE, summaryMark, USAGE_TABLE } from "./levels.rules.js";
import { madeFrom, recomputeBuckets } from "./rollup.store.js";
import { recomputeSummaries } from "./summary.store.js";

/** Bounds the work, the memory and the locks of one transaction. */
const TURN = { buckets: 2_000, rows: 50_000 };

/**
 * Recomputes the quarter-hours, days and months that have ended and changed since, each level before the one that is made from
 * it, and each with its summaries. Idempotent; drains side by side share the work. A transaction takes marks and makes their
 * buckets, so that one that is cut short leaves the marks.
 * @param signal ends it between two transactions @returns buckets made, by level
 */
export const rollUpUsage = async (
  database: Database,
  nowUs: UnixMicros,
  signal?: AbortSignal,
): Promise<Record<CoarseLevel, number>> => {
  const made = { quarter: 0, day: 0, month: 0 };
  for (const level of COARSE_LEVELS)
    for (const turn of turnsOf(level))
      while (!signal?.aborted) {
        const buckets = await turn(database, nowUs);
        made[level] += buckets;
        if (buckets === 0) break;
      }
  return made;
};

type Turn = (database: Database, nowUs: UnixMicros) => Promise<number>;

/** Rows from finer ones, with their summaries; and summaries of rows that were changed as they are, since no finer ones are held. */
const turnsOf = (level: CoarseLevel): Turn[] => {
  const summarise = async ({ sql }: Transaction, buckets: readonly CoarseBucket[]) => {
    await ensureMonths(sql, SUMMARY_TABLE, level, buckets);
    await recomputeSummaries(sql, level, buckets);
  };
  const make = async (tx: Transaction, buckets: readonly CoarseBucket[]) => {
    await ensureMonths(tx.sql, USAGE_TABLE, level, buckets);
    await recomputeBuckets(tx.sql, level, buckets);
    await summarise(tx, buckets);
  };
  return [
    turnOf({ mark: level, level, from: madeFrom(level) }, make),
    turnOf({ mark: summaryMark(level), level, from: USAGE_TABLE[level] }, summarise),
  ];
};

const turnOf =
  (marked: MarkedLevel, make: (tx: Transaction, buckets: readonly CoarseBucket[]) => Promise<void>): Turn =>
  (database, nowUs) =>
    database.transaction(NO_TENANT, async (tx) => {
      const buckets = await takeDirty(tx.sql, marked, nowUs / 1e6, TURN);
      if (buckets.length === 0) return 0;
      // Of a turn's rows, sorted.
      await tx.sql`select set_config('work_mem', '32MB', true)`;
      await make(tx, buckets);
      return buckets.length;
    });

/** Quarter-hours are partitioned by month. */
const ensureMonths = async (
  sql: Transaction["sql"],
  { quarter }: typeof USAGE_TABLE | typeof SUMMARY_TABLE,
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  if (level !== "quarter") return;
  for (const day of new Set(buckets.map(({ bucket }) => dayOf(bucket * 1e6))))
    await ensurePartition(sql, quarter, day);
};
