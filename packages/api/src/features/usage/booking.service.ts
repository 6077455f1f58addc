import type { BatchHead, UsagePart } from "@masthead/shared/wire/batch";
import type { Transaction } from "../../platform/db/database.js";
import { type Booking, Bookings, seriesOf, windowKey } from "./booking.rules.js";
import { addUsage } from "./booking.store.js";
import { candidates, crowdedBuckets, placeWithinCap, SERIES_PER_TENANT_AND_MINUTE } from "./cap.rules.js";
import { ChangedDays, markChanged } from "./changes.store.js";
import { type DirtyMark, markDirty } from "./dirty.store.js";
import { lockHorizon } from "./horizon.store.js";
import {
  bucketStart,
  coarserThan,
  levelHeldAt,
  summaryMark,
  USAGE_LEVELS,
  USAGE_TABLE,
  type UsageTableLevel,
} from "./levels.rules.js";
import { insertSeries } from "./series.store.js";
import { countHeld, countSeries, heldBookings, lockWindows } from "./windows.store.js";

/** A part with the batch whose tables it points into. */
export interface PlacedPart {
  batch: BatchHead;
  part: UsagePart;
  position: number;
}

type LevelRows = { level: UsageTableLevel; rows: Booking[] };

/**
 * Adds parts to usage: each to the finest level that is held at its time; coarser ones are marked and follow by their
 * roll-up. Locks are taken in one order (windows, series, levels from fine to coarse, marks; in each by tenant and bucket),
 * so that drains side by side never wait for each other in a circle. The partitions have to be there. Parts without a policy are left out.
 */
export const bookUsage = async (
  sql: Transaction["sql"],
  parts: readonly PlacedPart[],
  seriesCap: number = SERIES_PER_TENANT_AND_MINUTE,
): Promise<void> => {
  if (parts.length === 0) return;
  const horizon = await lockHorizon(sql);
  const changed = new ChangedDays();
  const bookings = new Map(USAGE_LEVELS.map((level) => [level, new Bookings()]));
  for (const { batch, part } of parts) {
    const series = seriesOf(batch, part);
    // What is older than all that is held goes with the next look at retention, as if it had come in time.
    const level = levelHeldAt(horizon, part.windowStart) ?? "month";
    if (!series) continue;
    bookings.get(level)?.add(series, bucketStart(level, part.windowStart), part);
    changed.add(series.tenantId, part.windowStart);
  }
  await markChanged(sql, changed);
  const levels: LevelRows[] = [];
  for (const [level, ofLevel] of bookings) {
    const place = await withinCap(sql, level, ofLevel.rows(), seriesCap);
    levels.push({ level, rows: ofLevel.rows(place) });
  }
  await insertSeries(
    sql,
    levels.flatMap(({ rows }) => rows),
  );
  for (const { level, rows } of levels) {
    if (rows.length === 0) continue;
    const added = await addUsage(sql, USAGE_TABLE[level], rows);
    if (level === "minute") await countSeries(sql, added);
  }
  await markDirty(sql, levels.flatMap(marksOf));
};

/**
 * What each of the wanted rows is to be booked as. Of minutes the count of what is held stands still under the windows'
 * locks; of what is late it is as of now.
 */
export const withinCap = async (
  sql: Transaction["sql"],
  level: UsageTableLevel,
  wanted: readonly Booking[],
  cap: number,
): Promise<(booking: Booking) => Booking> => {
  if (wanted.length === 0) return asItIs;
  const table = USAGE_TABLE[level];
  const held = level === "minute" ? await lockWindows(sql, wanted) : await countHeld(sql, table, wanted);
  const room = crowdedBuckets(wanted, held, cap);
  if (room.size === 0) return asItIs;
  const inCrowd = wanted.filter((row) => room.has(windowKey(row.series.tenantId, row.bucket)));
  const known = await heldBookings(sql, table, inCrowd.flatMap(candidates));
  return placeWithinCap(room, known, cap);
};

const asItIs = (booking: Booking): Booking => booking;

/** What is made from rows of a level: the summaries of their own buckets, and the coarser buckets that they are part of. */
export const marksOf = ({ level, rows }: LevelRows): DirtyMark[] => {
  const coarser = coarserThan(level);
  return rows.flatMap(({ series: { tenantId }, bucket }) => [
    ...(level === "minute" ? [] : [{ tenantId, level: summaryMark(level), bucket }]),
    ...coarser.map((to) => ({ tenantId, level: to, bucket: bucketStart(to, bucket) })),
  ]);
};
