import { LAST_BUCKET, latencyBucket, ZERO_BUCKET } from "@masthead/shared/usage/histogram";
import fc from "fast-check";
import { expect, test } from "vitest";
import { latencyBounds } from "./latency-bounds.js";
import { LATENCY_BUCKETS } from "./series-layout.js";

const bounds = latencyBounds();

/** As bpf/lib/aggregate.h finds it. */
const bucketOf = (us: number): number =>
  us === 0 ? ZERO_BUCKET : bounds.slice(0, -1).filter((most) => most < us).length;

test("there is a bound for each bucket, and none goes back", () => {
  expect(bounds).toHaveLength(LATENCY_BUCKETS);
  expect(LATENCY_BUCKETS - 1).toBe(LAST_BUCKET);
  expect(bounds.every((most, bucket) => bucket === 0 || most >= (bounds[bucket - 1] as number))).toBe(true);
});

test("the kernel's bucket is that of the roll-ups, for every duration at an edge and for any other", () => {
  for (const most of bounds.slice(0, -1))
    for (const us of [most - 1, most, most + 1])
      if (us >= 0) expect([us, bucketOf(us)]).toEqual([us, latencyBucket(us)]);
  for (let us = 0; us < 10_000; us += 1) expect([us, bucketOf(us)]).toEqual([us, latencyBucket(us)]);
  fc.assert(
    fc.property(fc.maxSafeNat(), (us) => {
      expect(bucketOf(us)).toBe(latencyBucket(us));
    }),
  );
});
