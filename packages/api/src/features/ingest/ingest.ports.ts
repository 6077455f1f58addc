import type { Watermark } from "@masthead/shared/wire/watermark";

/** One message of a durable queue; settled once, by one of `ack`, `nak` and `term`. */
export interface QueuedMessage {
  readonly data: Uint8Array;
  readonly subject: string;
  /** Postgres holds it. Resolves when the queue knows; a lost acknowledgement only means another delivery. */
  ack(): void;
  /** Deliver it again, after so many milliseconds. */
  nak(afterMs?: number): void;
  /** Never deliver it again. */
  term(reason: string): void;
}

/** A durable queue that several drains pull from. */
export interface MessageQueue {
  /** Up to `maxMessages` as they come; ends when they are there or `expiresMs` have passed. */
  fetch(maxMessages: number, expiresMs: number): AsyncIterable<QueuedMessage>;
}

/** Tells an agent what Postgres has committed, now and for when it asks. */
export interface WatermarkPublisher {
  publish(watermark: Watermark): Promise<void>;
}
