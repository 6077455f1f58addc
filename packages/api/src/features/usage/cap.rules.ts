import {
  type Booking,
  bookedAs,
  bookingKey,
  namesConsumer,
  otherSeries,
  windowKey,
  withoutConsumer,
} from "./booking.rules.js";

/** Series that a tenant may have in one minute; what comes beyond is booked as `__other__`, its count intact. */
export const SERIES_PER_TENANT_AND_MINUTE = 10_000;

/**
 * Consumers are what grows without a bound, and of their names alone something is left when they go: a sketch. So they go
 * first: the last quarter of the room is for series that name none.
 */
const keptForOthers = (cap: number): number => Math.floor(cap / 4);

/** Buckets that are too full for all that is wanted, by `windowKey`, and for how many new series they have room. */
export const crowdedBuckets = (
  wanted: readonly Booking[],
  held: ReadonlyMap<string, number>,
  cap: number,
): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const row of wanted) {
    const key = windowKey(row.series.tenantId, row.bucket);
    counts.set(key, (counts.get(key) ?? held.get(key) ?? 0) + 1);
  }
  const room = new Map<string, number>();
  for (const [key, count] of counts)
    if (count > cap - keptForOthers(cap)) room.set(key, Math.max(0, cap - (held.get(key) ?? 0)));
  return room;
};

/** What a booking may be booked as while there is room. */
export const candidates = (booking: Booking): Booking[] =>
  namesConsumer(booking.series) ? [booking, bookedAs(booking, withoutConsumer(booking.series))] : [booking];

/**
 * Places bookings one after the other: as themselves, else without their consumer, else as the series that stands for all others.
 * @param room of {@link crowdedBuckets} @param held keys of the candidates that have a row already
 */
export const placeWithinCap = (
  room: ReadonlyMap<string, number>,
  held: ReadonlySet<string>,
  cap: number,
): ((booking: Booking) => Booking) => {
  const left = new Map(room);
  const known = new Set(held);
  return (booking) => {
    const bucket = windowKey(booking.series.tenantId, booking.bucket);
    const free = left.get(bucket);
    if (free === undefined) return booking;
    for (const one of candidates(booking)) {
      const key = bookingKey(one);
      if (known.has(key)) return one;
      if (free <= (namesConsumer(one.series) ? keptForOthers(cap) : 0)) continue;
      left.set(bucket, free - 1);
      known.add(key);
      return one;
    }
    return bookedAs(booking, otherSeries(booking.series));
  };
};
