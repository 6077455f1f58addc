/** A record is made this long, at the most, before the kernel counts it as sent. */
const RECORD_IN_FLIGHT_US = 50_000;

/**
 * Until when everything that ended has arrived here. The kernel's count of records sent, read at a time, is reached by
 * the count of records received: then all that was made before that time is here, whatever the ring and the hand-off held.
 */
export class CompleteUntil {
  #asked: { atUs: number; sent: number } | undefined;
  #until: number;

  /** @param startedAtUs when the run began, Unix time: what was before is not its to tell */
  constructor(startedAtUs: number) {
    this.#until = startedAtUs;
  }

  /** @param sent the kernel's counter now @param received records handed over so far @param nowUs Unix time */
  observe(sent: number, received: number, nowUs: number): void {
    if (this.#asked && received >= this.#asked.sent) {
      this.#until = Math.max(this.#until, this.#asked.atUs - RECORD_IN_FLIGHT_US);
      this.#asked = undefined;
    }
    if (received >= sent) this.#until = Math.max(this.#until, nowUs - RECORD_IN_FLIGHT_US);
    else this.#asked ??= { atUs: nowUs, sent };
  }

  /** The host's clock was set back: times come again of which nothing has arrived. @param nowUs Unix time, by now */
  setBack(nowUs: number): void {
    this.#until = Math.min(this.#until, nowUs - RECORD_IN_FLIGHT_US);
    this.#asked = undefined;
  }

  /** Unix microseconds; never goes back, but with the host's clock. */
  get untilUs(): number {
    return this.#until;
  }
}
