import type { UsageRow } from "@masthead/shared/http/usage-schema";

/** Of durations of an hour and less, and some more. */
const BUCKETS = 1_200;

/**
 * The shortest duration of each bucket from 0 on, whole microseconds. Bucket `b` ends at 1.02^b; by whole numbers alone, since the product's own
 * way goes by logarithms. No end but the first is a whole number, so each duration is in one bucket, and nothing is left to rounding.
 */
const shortestUs = (): bigint[] => {
  const shortest = [1n];
  let [above, below] = [1n, 1n];
  while (shortest.length < BUCKETS) {
    shortest.push(above / below + 1n);
    [above, below] = [above * 51n, below * 50n];
  }
  return shortest;
};

/** SQL of the bucket that a raw exchange is counted in; -1 holds zero. */
export const BUCKET_OF_DURATION = `width_bucket(duration_us, '{${shortestUs().join(",")}}'::bigint[]) - 1`;

/** Buckets of an answer by number; NaN where a bucket ends at no power of 1.02. */
export const bucketsOf = (histogram: UsageRow["histogram"]): [bucket: number, count: number][] | undefined =>
  histogram?.map(({ upToMs, count }) => [bucketEndingAt(upToMs), count]);

const bucketEndingAt = (upToMs: number): number => {
  if (upToMs === 0) return -1;
  const bucket = Math.round(Math.log(upToMs * 1_000) / Math.log(1.02));
  return Math.abs(1.02 ** bucket / 1_000 / upToMs - 1) < 1e-9 ? bucket : Number.NaN;
};

type Buckets = readonly (readonly [bucket: number, count: number])[];

/** At which bucket's end histograms first count differently, in words; undefined: nowhere. */
export const histogramDifference = (found: Buckets | undefined, truth: Buckets): string | undefined => {
  if (!found) return "histogram: is missing";
  for (let [i, before] = [0, 0]; i < Math.max(found.length, truth.length); i++) {
    const [is, should] = [found[i], truth[i]];
    if (is?.[0] !== should?.[0] || is?.[1] !== should?.[1])
      return `histogram: behind ${before} exchanges bucket ${is?.join(" has ")}, not ${should?.join(" has ")}`;
    before += is?.[1] ?? 0;
  }
  return undefined;
};
