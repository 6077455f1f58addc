/** Microseconds since the Unix epoch: the unit of every time on the wire. Exact in a double until the year 2255. */
export type UnixMicros = number;

/** RFC 3339 in UTC with microseconds, as REST answers carry it. */
export const toRfc3339 = (time: UnixMicros): string => {
  const seconds = Math.floor(time / 1_000_000);
  const micros = time - seconds * 1_000_000;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`;
};

export const DAY_US = 86_400_000_000;

/** Day (UTC) of a time, `YYYY-MM-DD`. */
export const dayOf = (time: UnixMicros): string => new Date(time / 1000).toISOString().slice(0, 10);

/** Length of a usage window. */
export const USAGE_WINDOW_SECONDS = 10;

/** Start of the usage window (Unix seconds) in which an exchange that ended at `time` is booked. */
export const usageWindowStart = (time: UnixMicros): number =>
  Math.floor(time / 1_000_000 / USAGE_WINDOW_SECONDS) * USAGE_WINDOW_SECONDS;
