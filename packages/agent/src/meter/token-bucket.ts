/** So many tokens a second; holds those of one second at most. */
export class TokenBucket {
  #tokens: number;
  #filledAtMs: number;

  /** @param nowMs the time of a clock that never goes back, in milliseconds */
  constructor(
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.#tokens = perSecond;
    this.#filledAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.perSecond, this.#tokens + gained);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** A bucket for each name; another rate under the same name is a new bucket. */
export class NamedBuckets {
  readonly #buckets = new Map<string, { bucket: TokenBucket; perSecond: number }>();

  /** @param perSecond absent: no bound */
  take(name: string, perSecond: number | undefined, nowMs: number): boolean {
    if (perSecond === undefined) return true;
    let held = this.#buckets.get(name);
    if (held?.perSecond !== perSecond) {
      held = { bucket: new TokenBucket(perSecond, nowMs), perSecond };
      this.#buckets.set(name, held);
    }
    return held.bucket.take(nowMs);
  }

  retain(names: ReadonlySet<string>): void {
    for (const name of this.#buckets.keys()) if (!names.has(name)) this.#buckets.delete(name);
  }
}
