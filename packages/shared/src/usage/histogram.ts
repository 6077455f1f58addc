/**
 * Latency as a log-bucket histogram whose buckets add up. Bucket `b ≥ 0` holds durations in (1.02^(b−1), 1.02^b]
 * microseconds and is reported as 2·1.02^b / 2.02, which is within 0.991 % of every duration in it; bucket −1 holds zero.
 */

/** Bucket and count, ascending by bucket, counts above zero. */
export type Histogram = readonly (readonly [bucket: number, count: number])[];

export const HISTOGRAM_BASE = 1.02;
export const ZERO_BUCKET = -1;
/** Bucket of the longest duration, 2^53 microseconds (285 years). */
export const LAST_BUCKET = 1856;

const LOG_BASE = Math.log(HISTOGRAM_BASE);

/** Bucket of a duration in microseconds; zero, less than zero and what is not a number go to {@link ZERO_BUCKET}. */
export const latencyBucket = (durationUs: number): number => {
  if (!(durationUs > 0)) return ZERO_BUCKET;
  return Math.min(LAST_BUCKET, Math.max(0, Math.ceil(Math.log(durationUs) / LOG_BASE)));
};

/** What a bucket stands for, in milliseconds. */
export const bucketMs = (bucket: number): number =>
  bucket < 0 ? 0 : (2 * HISTOGRAM_BASE ** bucket) / (1 + HISTOGRAM_BASE) / 1000;

/** The histogram of all that the given ones counted. */
export const mergeHistograms = (...histograms: readonly Histogram[]): [number, number][] => {
  const counts = new Map<number, number>();
  for (const histogram of histograms)
    for (const [bucket, count] of histogram) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return toHistogram(counts);
};

/** Ascending pairs of what was counted by bucket; zero counts are left out. */
export const toHistogram = (counts: ReadonlyMap<number, number>): [number, number][] =>
  [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);

export const histogramCount = (histogram: Histogram): number =>
  histogram.reduce((sum, [, count]) => sum + count, 0);

/** Milliseconds at the nearest rank of quantile `q` in [0, 1], within 1 %; null where nothing was counted. */
export const quantileMs = (histogram: Histogram, q: number): number | null => {
  const total = histogramCount(histogram);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const [bucket, count] of histogram) {
    seen += count;
    if (seen >= rank) return bucketMs(bucket);
  }
  return bucketMs(histogram[histogram.length - 1]?.[0] ?? ZERO_BUCKET);
};
