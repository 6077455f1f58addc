import { HISTOGRAM_BASE, latencyBucket } from "@masthead/shared/usage/histogram";
import { LATENCY_BOUNDS, LATENCY_BUCKETS } from "./series-layout.js";

/**
 * By bucket from 0 on: the most whole microseconds in it, or in one before it where it has none. What the kernel finds by
 * them is what `latencyBucket` says, to the microsecond.
 */
export function latencyBounds(): number[] {
  let before = 0;
  return Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => {
    let most = Math.max(before, Math.floor(HISTOGRAM_BASE ** bucket));
    // The power and the logarithm round differently.
    while (most > before && latencyBucket(most) > bucket) most -= 1;
    while (most < Number.MAX_SAFE_INTEGER && latencyBucket(most + 1) <= bucket) {
      if (bucket === LATENCY_BUCKETS - 1) return Number.MAX_SAFE_INTEGER;
      most += 1;
    }
    before = most;
    return most;
  });
}

/** The value of map `latency_bounds`. */
export function latencyBoundsValue(): Uint8Array {
  const value = Buffer.alloc(LATENCY_BOUNDS.bytes);
  latencyBounds().forEach((most, bucket) => {
    value.writeBigUInt64LE(BigInt(most), LATENCY_BOUNDS.most_us + 8 * bucket);
  });
  return value;
}
