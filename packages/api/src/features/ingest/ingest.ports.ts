import type { Watermark } from "@masthead/shared/wire/watermark";

/** One message of a durable queue; settled once, by one of `ack`, `nak` and `term`. */
export interface QueuedMessage {
  readonly data: Uint8Array;
  readonly subject: string;
  /** Postgres holds it. A lost acknowledgement only means another delivery. */
  ack(): void;
  /** Deliver it again, after so many milliseconds. */
  nak(afterMs?: number): void;
  /** Never deliver it again. */
  term(): void;
}

/** A durable queue that several drains pull from. */
export interface MessageQueue {
  /**
   * Messages as they come: ends after at most `maxMessages`, when `expiresMs` have passed, or when `signal` says so. May end
   * with fewer though there are more.
   */
  fetch(maxMessages: number, expiresMs: number, signal?: AbortSignal): AsyncIterable<QueuedMessage>;
}

/** Tells an agent what Postgres has committed, now and for when it asks. */
export interface WatermarkPublisher {
  publish(watermark: Watermark): Promise<void>;
}
