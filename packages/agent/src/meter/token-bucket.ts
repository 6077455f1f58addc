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
