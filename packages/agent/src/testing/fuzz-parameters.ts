const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
/** what a failure printed, to see it again */
const seed = process.env["FUZZ_SEED"];

/** How long a property is tried: some runs in the suite, and with FUZZ_SECONDS set, for that long. */
export const fuzzParameters = (runs: number) => ({
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(seconds > 0
    ? { numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
    : { numRuns: runs }),
});

/** What a test with such a property needs, in milliseconds. */
export const fuzzTimeoutMs = 60_000 + seconds * 1000;
