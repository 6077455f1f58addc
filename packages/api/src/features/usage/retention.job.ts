import type { UnixMicros } from "@masthead/shared/time";
import { DAY_US, dayOf } from "@masthead/shared/time";
import type { Database } from "../../platform/db/database.js";
import { dropPartitions, ensurePartition } from "../../platform/db/partitions.store.js";
import { NO_TENANT } from "../../platform/db/scope.js";
import { forgetSummaryMarks } from "./dirty.store.js";
import { moveHorizon, readHorizon } from "./horizon.store.js";
import {
  bucketStart,
  COARSE_LEVELS,
  SUMMARY_TABLE,
  USAGE_TABLE,
  type UsageTableLevel,
} from "./levels.rules.js";
import { forgetBuckets } from "./rollup.store.js";

/** How long each level of usage is held, in days; null: for ever. Coarser levels are held as long as finer ones at least. */
export type UsageRetention = Readonly<Record<UsageTableLevel, number | null>>;

export const USAGE_RETENTION: UsageRetention = { minute: 35, quarter: 400, day: 1_826, month: null };

/** Partitions that are there before their day comes. */
const DAYS_AHEAD = [0, 1, 2];
const ROWS_PER_TURN = 10_000;

/**
 * Partitions of the days around now, and retention: of minutes by the day, of all else by the month. A level's horizon moves
 * first, past nothing that waits for its roll-up; then what lies before it goes. Idempotent, whatever was cut short before.
 */
export const maintainUsage = async (
  database: Database,
  nowUs: UnixMicros,
  retention: UsageRetention = USAGE_RETENTION,
): Promise<void> => {
  await ensureUsagePartitions(
    database,
    DAYS_AHEAD.map((offset) => dayOf(nowUs + offset * DAY_US)),
  );
  let finerDays = 0;
  for (const level of ["minute", "quarter", "day", "month"] as const) {
    const days = retention[level];
    if (days === null) break;
    finerDays = Math.max(finerDays, days);
    const oldestUs = nowUs - finerDays * DAY_US;
    const keepFrom = level === "minute" ? oldestUs : bucketStart("month", oldestUs / 1e6) * 1e6;
    await database.transaction(NO_TENANT, ({ sql }) => moveHorizon(sql, level, dayOf(keepFrom)));
  }
  await forget(database);
};

const forget = async (database: Database): Promise<void> => {
  const horizon = await readHorizon(database.sql);
  const [minutesFrom, quartersFrom] = [dayOf(horizon.minute * 1e6), dayOf(horizon.quarter * 1e6)];
  await dropPartitions(database.sql, "usage_minute", minutesFrom);
  await dropPartitions(database.sql, "usage_windows", minutesFrom);
  await database.transaction(NO_TENANT, async ({ sql }) => {
    for (const level of COARSE_LEVELS) await forgetSummaryMarks(sql, level, horizon[level]);
  });
  for (const table of QUARTER_TABLES) await dropPartitions(database.sql, table, quartersFrom);
  for (const level of ["day", "month"] as const)
    for (const table of [USAGE_TABLE[level], SUMMARY_TABLE[level]])
      while (
        (await database.transaction(NO_TENANT, ({ sql }) =>
          forgetBuckets(sql, table, horizon[level], ROWS_PER_TURN),
        )) > 0
      );
};

/** Tables of quarter-hours, partitioned by month. */
const QUARTER_TABLES = [USAGE_TABLE.quarter, SUMMARY_TABLE.quarter];

/** Makes the partitions that usage of these days (`YYYY-MM-DD`, UTC) is booked into. */
export const ensureUsagePartitions = async (database: Database, days: Iterable<string>): Promise<void> => {
  const horizon = await readHorizon(database.sql);
  for (const day of days) {
    const seconds = Date.parse(day) / 1000;
    if (seconds >= horizon.quarter)
      for (const table of QUARTER_TABLES) await ensurePartition(database.sql, table, day);
    if (seconds < horizon.minute) continue;
    await ensurePartition(database.sql, "usage_windows", day);
    await ensurePartition(database.sql, "usage_minute", day);
  }
};
