/** Steps back up to this far are slewed, so that times of exchanges stay in order; farther ones are taken at once. */
const SLEW_LIMIT_US = 10_000_000;
/** What the two clocks differ by when they are read one after the other; realtime is read in whole milliseconds. */
const NOISE_US = 2_000;

/**
 * Turns the kernel's CLOCK_MONOTONIC into Unix time. `refresh` follows a clock that is being set; in between, the
 * offset is constant, so that durations are exact.
 */
export class ClockOffset {
  #offsetUs: number;
  #refreshedAtUs: number;
  /** times the host's clock was set back too far to hide */
  stepsBack = 0;

  /** @param monotonicUs CLOCK_MONOTONIC, which `process.hrtime` reads @param realtimeUs Unix time */
  constructor(
    private readonly monotonicUs: () => number = () => Number(process.hrtime.bigint() / 1000n),
    private readonly realtimeUs: () => number = () => Date.now() * 1000,
  ) {
    this.#refreshedAtUs = this.monotonicUs();
    this.#offsetUs = this.realtimeUs() - this.#refreshedAtUs;
  }

  /** @returns whether the clock was set back too far to hide */
  refresh(): boolean {
    const monotonicUs = this.monotonicUs();
    const wantedUs = this.realtimeUs() - monotonicUs;
    const backUs = this.#offsetUs - wantedUs;
    const elapsedUs = monotonicUs - this.#refreshedAtUs;
    this.#refreshedAtUs = monotonicUs;
    if (Math.abs(backUs) <= NOISE_US) return false;
    const isStepBack = backUs > SLEW_LIMIT_US;
    if (isStepBack) this.stepsBack += 1;
    const slewed = backUs > 0 && !isStepBack;
    this.#offsetUs = slewed ? this.#offsetUs - Math.min(backUs, Math.floor(elapsedUs / 2)) : wantedUs;
    return isStepBack;
  }

  /** Unix microseconds now, on the scale of {@link toUnixUs}. */
  nowUs(): number {
    return this.monotonicUs() + this.#offsetUs;
  }

  /** Unix microseconds of a time of the kernel. */
  toUnixUs(monotonicNs: bigint | number): number {
    return Math.floor(Number(monotonicNs) / 1000) + this.#offsetUs;
  }

  get offsetUs(): number {
    return this.#offsetUs;
  }
}
