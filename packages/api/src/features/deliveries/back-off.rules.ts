/** Attempts of a delivery before it is dead: with the waits below, about two days. */
export const ATTEMPTS_MAX = 12;
const FIRST_MS = 5_000;
const LONGEST_MS = 12 * 3_600_000;
const GROWTH = 4;

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
