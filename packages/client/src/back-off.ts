const FIRST_WAIT_MS = 250;
const WAIT_MAX_MS = 8_000;
/** A server that asks for more patience than this is answered to the caller, who may have something better to do. */
const RETRY_AFTER_MAX_MS = 30_000;

/** What `Retry-After` asks for: seconds or a date (RFC 9110, section 10.2.3). @returns undefined where it says nothing */
export const retryAfterMs = (header: string | null, nowMs: number): number | undefined => {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
};

/**
 * How long to wait before the next attempt: as long as the server asks for, else a random part of a span that doubles, so
 * that many clients do not come back at once.
 *
 * @param attempt how many there were
 * @param random from 0 to 1
 * @returns undefined where it is not worth waiting
 */
export const waitMs = (
  attempt: number,
  askedMs: number | undefined,
  random: () => number,
): number | undefined => {
  const ownMs = random() * Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  if (askedMs === undefined) return ownMs;
  return askedMs <= RETRY_AFTER_MAX_MS ? askedMs + random() * FIRST_WAIT_MS : undefined;
};
