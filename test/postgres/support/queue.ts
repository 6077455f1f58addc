import type { QueuedMessage } from "@masthead/api/features/ingest/index";
import { batchSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import { withRows } from "@masthead/shared/wire/batch-rows";
import type { Watermark } from "@masthead/shared/wire/watermark";
import { encode } from "./batches.js";

/** A queue in memory, with the one property that counts: what is not settled comes again. */
export class MemoryQueue {
  readonly #waiting: { data: Uint8Array; subject: string }[] = [];
  readonly settled = { acked: 0, naked: 0, terminated: 0 };

  /** As an agent sends it. */
  add(batch: Batch): void {
    this.addRaw(batchSubject(batch.agentId), encode(withRows(batch)));
  }

  addRaw(subject: string, data: Uint8Array): void {
    this.#waiting.push({ data, subject });
  }

  get length(): number {
    return this.#waiting.length;
  }

  async *fetch(maxMessages: number): AsyncGenerator<QueuedMessage> {
    for (let i = 0; i < maxMessages; i++) {
      const message = this.#waiting.shift();
      if (!message) return;
      yield {
        ...message,
        ack: () => void this.settled.acked++,
        nak: () => {
          this.settled.naked++;
          this.#waiting.push(message);
        },
        term: () => void this.settled.terminated++,
      };
    }
  }
}

export class RecordedWatermarks {
  readonly published: Watermark[] = [];
  async publish(watermark: Watermark): Promise<void> {
    this.published.push(watermark);
  }
  get last(): Watermark | undefined {
    return this.published.at(-1);
  }
}
