import type { Batch, UsagePart } from "@masthead/shared/wire/batch";
import type { Transaction } from "../../platform/db/database.js";
import { type Booking, Bookings, seriesOf } from "./booking.rules.js";
import {
  addUsage,
  bookingKey,
  countSeries,
  heldBookings,
  insertSeries,
  lockHorizon,
  lockWindows,
  windowKey,
} from "./booking.store.js";
import { ChangedDays, markChanged } from "./changes.store.js";

/** A part with the batch whose tables it points into. */
export interface PlacedPart {
  batch: Batch;
  part: UsagePart;
  position: number;
}

/** Series that a tenant may have in one minute; what comes beyond is booked as `__other__`, its count intact. */
export const SERIES_PER_TENANT_AND_MINUTE = 10_000;

const QUARTER_HOUR = 900;
const DAY = 86_400;

/**
 * Adds parts to usage. Locks are taken in the order of tenant and minute, so that drains side by side never wait for
 * each other in a circle. Partitions of the minutes' days have to be there. Parts without a policy are left out.
 */
export const bookUsage = async (
  sql: Transaction["sql"],
  parts: readonly PlacedPart[],
  seriesCap: number = SERIES_PER_TENANT_AND_MINUTE,
): Promise<void> => {
  if (parts.length === 0) return;
  const horizon = await lockHorizon(sql);
  const recent = new Bookings();
  const late = new Bookings();
  const changed = new ChangedDays();
  for (const { batch, part } of parts) {
    const series = seriesOf(batch, part);
    if (!series) continue;
    (part.windowStart >= horizon ? recent : late).add(series, part);
    changed.add(series.tenantId, part.windowStart);
  }
  await markChanged(sql, changed);
  await bookMinutes(sql, recent, seriesCap);
  await bookLate(sql, late.rows());
};

const bookMinutes = async (sql: Transaction["sql"], bookings: Bookings, seriesCap: number): Promise<void> => {
  const wanted = bookings.rows();
  if (wanted.length === 0) return;
  const held = await lockWindows(sql, wanted);
  const rows = await withinCap(sql, bookings, wanted, held, seriesCap);
  await insertSeries(sql, rows);
  await countSeries(sql, await addUsage(sql, "usage_minute", rows));
};

/** Under the windows' locks, so that the count of what is held stands still. */
const withinCap = async (
  sql: Transaction["sql"],
  bookings: Bookings,
  wanted: Booking[],
  held: ReadonlyMap<string, number>,
  seriesCap: number,
): Promise<Booking[]> => {
  const room = new Map<string, number>();
  const wantedOf = new Map<string, number>();
  for (const row of wanted) {
    const key = windowKey(row.series.tenantId, row.bucket);
    wantedOf.set(key, (wantedOf.get(key) ?? 0) + 1);
  }
  for (const [key, count] of wantedOf)
    if ((held.get(key) ?? 0) + count > seriesCap)
      room.set(key, Math.max(0, seriesCap - (held.get(key) ?? 0)));
  if (room.size === 0) return wanted;
  const crowded = wanted.filter((row) => room.has(windowKey(row.series.tenantId, row.bucket)));
  const known = await heldBookings(sql, crowded);
  return bookings.rows((row) => {
    const key = windowKey(row.series.tenantId, row.bucket);
    const left = room.get(key);
    if (left === undefined || known.has(bookingKey(row))) return true;
    room.set(key, left - 1);
    return left > 0;
  });
};

/** Minutes that are no longer held: the coarser buckets are added to, and never recomputed any more. */
const bookLate = async (sql: Transaction["sql"], rows: Booking[]): Promise<void> => {
  if (rows.length === 0) return;
  await insertSeries(sql, rows);
  await addUsage(sql, "usage_quarter", coarser(rows, QUARTER_HOUR));
  await addUsage(sql, "usage_day", coarser(rows, DAY));
};

const coarser = (rows: readonly Booking[], seconds: number): Booking[] => {
  const merged = new Bookings();
  for (const row of rows)
    merged.add(row.series, { ...row, windowStart: Math.floor(row.bucket / seconds) * seconds });
  return merged.rows();
};
