/** Attempts of a delivery before it is dead: with the waits below, about two days. */
export const ATTEMPTS_MAX = 12;
const FIRST_MS = 5_000;
const LONGEST_MS = 12 * 3_600_000;
const GROWTH = 4;

/**
 * How long a receiver asks to be left alone, by `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. No longer than the longest wait of
 * our own, so that nobody puts a delivery off for good. 0 where it asks for nothing, or for what is neither.
 */
export const askedWaitMs = (retryAfter: string | null, nowMs: number): number => {
  if (retryAfter === null) return 0;
  const text = retryAfter.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return waitMs > 0 ? Math.min(waitMs, LONGEST_MS) : 0;
};

/**
 * How long to wait after a failed attempt: ever longer, and between half of that and all of it, so that what failed at once does not
 * come back at once.
 * @param attempt that failed, from 1 on
 * @param random from 0 to 1
 */
export const backOffMs = (attempt: number, random: number): number => {
  const wholeMs = Math.min(FIRST_MS * GROWTH ** (attempt - 1), LONGEST_MS);
  return Math.round(wholeMs * (0.5 + random / 2));
};
