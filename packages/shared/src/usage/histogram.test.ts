import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketMs,
  type Histogram,
  histogramCount,
  LAST_BUCKET,
  latencyBucket,
  mergeHistograms,
  quantileMs,
  toHistogram,
  ZERO_BUCKET,
} from "./histogram.js";

const durations = fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1e12 })), {
  minLength: 1,
  maxLength: 300,
});
const histogramOf = (durationsUs: readonly number[]): Histogram => {
  const counts = new Map<number, number>();
  for (const duration of durationsUs)
    counts.set(latencyBucket(duration), (counts.get(latencyBucket(duration)) ?? 0) + 1);
  return toHistogram(counts);
};

describe("latency histograms", () => {
  it("are within 1 % of every duration", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (us) => {
        expect(Math.abs(bucketMs(latencyBucket(us)) * 1000 - us) / us).toBeLessThan(0.01);
      }),
    );
  });

  it("give quantiles within 1 % of the nearest rank", () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.5, 0.9, 0.95, 0.99, 1), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = (sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number) / 1000;
        const found = quantileMs(histogramOf(values), q) as number;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01);
      }),
    );
  });

  it("merge into what one would have counted", () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = mergeHistograms(histogramOf(a), histogramOf(b));
        expect(merged).toEqual(histogramOf([...a, ...b]));
        expect(histogramCount(merged)).toBe(a.length + b.length);
      }),
    );
  });

  it("hold zero, nonsense and nothing", () => {
    expect(latencyBucket(0)).toBe(ZERO_BUCKET);
    expect(latencyBucket(-5)).toBe(ZERO_BUCKET);
    expect(latencyBucket(Number.NaN)).toBe(ZERO_BUCKET);
    expect(latencyBucket(Number.MAX_SAFE_INTEGER)).toBeLessThanOrEqual(LAST_BUCKET);
    expect(latencyBucket(Number.POSITIVE_INFINITY)).toBe(LAST_BUCKET);
    expect(bucketMs(ZERO_BUCKET)).toBe(0);
    expect(quantileMs([], 0.5)).toBeNull();
    expect(mergeHistograms()).toEqual([]);
  });
});
