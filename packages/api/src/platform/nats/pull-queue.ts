import type { JsMsg, NatsConnection } from "nats";
import { flushed } from "./connection.js";

/** Shortest pull that the client makes. */
const EXPIRES_MIN_MS = 1_000;
/** One pull asks for so many at most: a batch may be near a megabyte, and all of a pull may arrive at once. */
const PULL_MESSAGES = 32;

/** A durable pull consumer as a queue of messages, each settled once. See features/ingest/ingest.ports.ts. */
export const pullQueue = (nats: NatsConnection, stream: string, durable: string) => ({
  async *fetch(
    maxMessages: number,
    expiresMs: number,
    signal?: AbortSignal,
  ): AsyncGenerator<QueuedJsMessage> {
    if (signal?.aborted) return;
    const consumer = await nats.jetstream().consumers.get(stream, durable);
    const messages = await consumer.fetch({
      max_messages: Math.min(maxMessages, PULL_MESSAGES),
      expires: Math.max(Math.ceil(expiresMs), EXPIRES_MIN_MS),
    });
    const stop = () => void messages.close();
    signal?.addEventListener("abort", stop, { once: true });
    // The client itself would wait for the whole pull on a connection that is gone.
    void nats.closed().then(stop);
    // Aborted while the consumer was asked for: no event comes any more.
    if (signal?.aborted) stop();
    const taken = messages[Symbol.asyncIterator]();
    let isAtEnd = false;
    try {
      for (let next = await taken.next(); !next.done; next = await taken.next())
        yield queued(nats, next.value);
      isAtEnd = true;
    } finally {
      signal?.removeEventListener("abort", stop);
      // What is on its way would come to nobody, and not again before the consumer's wait for its acknowledgement ends.
      if (!isAtEnd && !nats.isClosed()) await flushed(nats).catch(() => {});
      stop();
      // Closing takes effect when it is iterated over, so who leaves early may not wait for it before the rest is taken.
      for (let next = await taken.next(); !next.done; next = await taken.next())
        queued(nats, next.value).nak();
    }
  },
});

/** A message of the queue; settled once, by `ack`, `nak` or `term`. */
export interface QueuedJsMessage {
  readonly data: Uint8Array;
  readonly subject: string;
  ack(): void;
  nak(afterMs?: number): void;
  term(): void;
}

const queued = (nats: NatsConnection, message: JsMsg): QueuedJsMessage => ({
  data: message.data,
  subject: message.subject,
  ack: () => message.ack(),
  // On a connection that is gone it comes again without being asked for.
  nak: (afterMs) => {
    if (!nats.isClosed()) message.nak(afterMs);
  },
  // Without words: a server before 2.10 does not know a reason and would deliver it again.
  term: () => message.term(),
});
