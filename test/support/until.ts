const LOOK_EVERY_MS = 25;
/** How often the usual time is waited, for emulated machines (infra/kernel-check.sh). */
const PATIENCE = Number(process.env.MASTHEAD_TEST_PATIENCE ?? 1);

/**
 * Waits for a condition: asks `look` until it answers something, and returns that. Errors of `look` count as "not yet".
 * @throws Error that says what was waited for and the last error, when `withinMs` passed
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  withinMs = 60_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs * PATIENCE;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `waited ${withinMs * PATIENCE} ms for ${what}`,
        last === undefined ? undefined : { cause: last },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
};
