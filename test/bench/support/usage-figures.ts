import { median, quantile } from "./statistics.js";

/** Milliseconds that each run of something took. @param times how often, after one that is not counted */
export const timesOf = async (times: number, run: (i: number) => Promise<unknown>): Promise<number[]> => {
  await run(0);
  const measured: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await run(i);
    measured.push(performance.now() - startedAt);
  }
  return measured;
};

export const said = (values: readonly number[]): string =>
  `p50 ${median(values).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;

/** How many times faster, by medians. */
export const factor = (slow: readonly number[], quick: readonly number[]): number =>
  median(slow) / median(quick);
