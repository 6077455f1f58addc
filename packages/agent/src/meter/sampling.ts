import type { Exchange, GoverningPolicy } from "../exchange.js";
import { NamedBuckets, TokenBucket } from "./token-bucket.js";

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

/**
 * Which exchanges are kept one by one; usage counts all of them. Per policy name: a ratio, then a token bucket of
 * `maxPerSecond`. Then a budget of the whole agent, so that a rate nobody planned for costs detail before it costs the host
 * or loses anything. What `always` names is kept whatever these say, and takes its token of the policy. A policy's own
 * `budget` bounds that, too, as it does in the kernel, where nobody knows how a request will end.
 */
export class Sampler {
  /** exchanges that only the budget left out */
  overBudget = 0;
  readonly #buckets = new NamedBuckets();
  readonly #budgets = new NamedBuckets();
  readonly #budget: TokenBucket | undefined;

  /**
   * @param nowMs a clock that never goes back, in milliseconds
   * @param maxPerSecond of all policies together; absent: no bound
   */
  constructor(
    private readonly nowMs: () => number,
    maxPerSecond?: number,
    private readonly random: () => number = seededRandom(1),
  ) {
    if (maxPerSecond !== undefined) this.#budget = new TokenBucket(maxPerSecond, nowMs());
  }

  keep(exchange: Exchange): boolean {
    if (exchange.countedOnly) return false;
    const { policy } = exchange;
    if (policy.aggregate) return false;
    const always = policy.sampling.always.includes("error") && isError(exchange);
    const chosen = always || policy.sampling.exchanges >= 1 || this.random() < policy.sampling.exchanges;
    const kept = (chosen && this.#takeToken(policy)) || always;
    if (!kept || (this.#withinBudget(policy) && (always || this.#budget?.take(this.nowMs()) !== false)))
      return kept;
    this.overBudget += 1;
    return false;
  }

  #takeToken({ name, sampling: { maxPerSecond } }: GoverningPolicy): boolean {
    return this.#buckets.take(name, maxPerSecond, this.nowMs());
  }

  /** The kernel holds policies to their budgets, but where several may govern it only knows the sum. */
  #withinBudget({ name, recordsPerSecond }: GoverningPolicy): boolean {
    return this.#budgets.take(name, recordsPerSecond, this.nowMs());
  }

  /** Forgets policies that are no longer in force; without it the buckets would have no bound. */
  retain(names: ReadonlySet<string>): void {
    this.#buckets.retain(names);
    this.#budgets.retain(names);
  }
}
