const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A child that ran this long counts as well: the next restart is quick again. */
const STEADY_AFTER_MS = 60_000;

/** How long to wait before the next start of a child that ended after `ranMs`; doubles while it keeps failing. */
export const backoff = (): ((ranMs: number) => number) => {
  let next = FIRST_MS;
  return (ranMs) => {
    if (ranMs >= STEADY_AFTER_MS) next = FIRST_MS;
    const wait = next;
    next = Math.min(next * 2, LONGEST_MS);
    return wait;
  };
};
