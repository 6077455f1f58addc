import type { UnixMicros } from "@masthead/shared/time";
import { dayOf } from "@masthead/shared/time";
import type { Database, Transaction } from "../../platform/db/database.js";
import { ensurePartition } from "../../platform/db/partitions.store.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { type CoarseBucket, type MarkedLevel, takeDirty, takeSummaryMarks } from "./dirty.store.js";
import {
  bucketStart,
  COARSE_LEVELS,
  type CoarseLevel,
  SUMMARY_TABLE,
  summaryMark,
  USAGE_TABLE,
} from "./levels.rules.js";
import { madeFrom, recomputeBuckets } from "./rollup.store.js";
import { recomputeSummaries } from "./summary.store.js";

/** Bounds the work, the memory and the locks of one transaction. */
const TURN = { buckets: 2_000, rows: 50_000 };
/** Of summaries alone, which answers can do without, so that what waits behind a roll-up does not wait for all of them. */
const SUMMARY_TURNS = 50;

/**
 * Recomputes the quarter-hours, days and months that have ended and changed since, each level before the one that is made from
 * it, and each with its summaries; then some of the summaries that are owed for rows as they are, the coarsest first. Idempotent;
 * drains side by side share the work. A transaction takes marks and makes their buckets, so that one that is cut short leaves the marks.
 * @param signal ends it between two transactions @returns buckets whose rows were made, by level
 */
export const rollUpUsage = async (
  database: Database,
  nowUs: UnixMicros,
  signal?: AbortSignal,
): Promise<Record<CoarseLevel, number>> => {
  const made = { quarter: 0, day: 0, month: 0 };
  for (const level of COARSE_LEVELS)
    while (!signal?.aborted) {
      const buckets = await makeRows(database, level, nowUs);
      made[level] += buckets;
      if (buckets === 0) break;
    }
  let turns = 0;
  for (const level of COARSE_LEVELS.toReversed())
    while (!signal?.aborted && turns < SUMMARY_TURNS) {
      if ((await makeSummaries(database, level, nowUs)) === 0) break;
      turns++;
    }
  return made;
};

const makeRows = (database: Database, level: CoarseLevel, nowUs: UnixMicros): Promise<number> =>
  turn(database, { mark: level, level, from: madeFrom(level) }, nowUs, async ({ sql }, buckets) => {
    await takeSummaryMarks(sql, level, buckets);
    await recomputeBuckets(sql, level, buckets);
    await recomputeSummaries(sql, level, buckets);
  });

const makeSummaries = (database: Database, level: CoarseLevel, nowUs: UnixMicros): Promise<number> =>
  turn(
    database,
    { mark: summaryMark(level), level, from: USAGE_TABLE[level] },
    nowUs,
    async ({ sql }, buckets) => recomputeSummaries(sql, level, buckets),
  );

const turn = (
  database: Database,
  marked: MarkedLevel,
  nowUs: UnixMicros,
  make: (tx: Transaction, buckets: readonly CoarseBucket[]) => Promise<void>,
): Promise<number> =>
  database.transaction(NO_TENANT, async (tx) => {
    const buckets = await takeDirty(tx.sql, marked, nowUs / 1e6, TURN);
    if (buckets.length === 0) return 0;
    // Of a turn's rows, sorted.
    await tx.sql`select set_config('work_mem', '32MB', true)`;
    await ensureMonths(tx.sql, marked.level, buckets);
    await make(tx, buckets);
    return buckets.length;
  });

/** Quarter-hours are partitioned by month. All before any of them is locked: whoever drops one holds what this waits for. */
const ensureMonths = async (
  sql: Transaction["sql"],
  level: CoarseLevel,
  buckets: readonly CoarseBucket[],
): Promise<void> => {
  if (level !== "quarter") return;
  const months = new Set(buckets.map(({ bucket }) => dayOf(bucketStart("month", bucket) * 1e6)));
  for (const month of months)
    for (const table of [USAGE_TABLE.quarter, SUMMARY_TABLE.quarter])
      await ensurePartition(sql, table, month);
};
