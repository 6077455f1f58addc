import type { Exchange, GoverningPolicy } from "../exchange.js";

/** An exchange is an error with status 500 and above, or without a response. */
export const isError = (exchange: Pick<Exchange, "status">): boolean =>
  exchange.status === undefined || exchange.status >= 500;

/** A small generator (mulberry32): the same seed gives the same decisions. Numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * Which exchanges are kept one by one; usage counts all of them. Per policy name: a ratio, then a token bucket of
 * `maxPerSecond` that holds one second. What `always` names is kept whatever the two say, and takes its token.
 */
export class Sampler {
  readonly #buckets = new Map<string, Bucket>();

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(
    private readonly nowMs: () => number,
    private readonly random: () => number = seededRandom(1),
  ) {}

  keep(exchange: Exchange): boolean {
    const { policy } = exchange;
    const always = policy.sampling.always.includes("error") && isError(exchange);
    const chosen = always || policy.sampling.exchanges >= 1 || this.random() < policy.sampling.exchanges;
    return (chosen && this.#takeToken(policy)) || always;
  }

  #takeToken({ name, sampling: { maxPerSecond } }: GoverningPolicy): boolean {
    if (maxPerSecond === undefined) return true;
    const nowMs = this.nowMs();
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = { tokens: maxPerSecond, filledAtMs: nowMs };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(
      maxPerSecond,
      bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * maxPerSecond,
    );
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Forgets policies that are no longer in force; without it the buckets would have no bound. */
  retain(names: ReadonlySet<string>): void {
    for (const name of this.#buckets.keys()) if (!names.has(name)) this.#buckets.delete(name);
  }
}
