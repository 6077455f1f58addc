import { gzipSync } from "node:zlib";
import type { QueuedMessage } from "@masthead/api/features/ingest/index";
import { batchSubject } from "@masthead/shared/subjects";
import type { Batch } from "@masthead/shared/wire/batch";
import { withRows } from "@masthead/shared/wire/batch-rows";
import { batchOf } from "./batches.js";
import { exchangesOf, type RawExchange } from "./exchanges.js";
import type { Dataset, Slot } from "./schedule.js";

/** Whoever takes the messages is quick; a level above costs more time than it saves. */
const GZIP_LEVEL = 1;

/** A batch as it goes over the wire, with what it was made of. */
export interface Delivery {
  slot: Slot;
  batch: Batch;
  subject: string;
  data: Uint8Array;
  exchanges: readonly RawExchange[];
  /** not for the first time: its exchanges were told of before */
  again: boolean;
}

/** All deliveries of a data set, made one by one as they are asked for. */
export function* deliveriesOf(dataset: Dataset, slots: readonly Slot[] = dataset.slots): Generator<Delivery> {
  const { population, options } = dataset;
  const seen = new Set<string>();
  for (const slot of slots) {
    const exchanges = exchangesOf(options.seed, population, slot);
    const batch = batchOf(population, slot, exchanges);
    const key = `${slot.agent.id} ${slot.epoch} ${slot.seq}`;
    yield {
      ...{ slot, batch, exchanges },
      subject: batchSubject(batch.agentId),
      data: gzipSync(JSON.stringify(withRows(batch)), { level: GZIP_LEVEL }),
      again: seen.has(key),
    };
    seen.add(key);
  }
}

/** Deliveries as the queue that a drain pulls from. A message that is given back is an error: nothing else would bring it again. */
export class DeliveryQueue {
  /** deliveries up to the one that was taken last */
  taken = 0;
  readonly #deliveries: Iterator<Delivery>;

  /** @param onTake before a delivery is handed out */
  constructor(
    deliveries: Iterable<Delivery>,
    private readonly onTake: (delivery: Delivery) => Promise<void> | void,
  ) {
    this.#deliveries = deliveries[Symbol.iterator]();
  }

  async *fetch(maxMessages: number): AsyncGenerator<QueuedMessage> {
    for (let i = 0; i < maxMessages; i++) {
      const next = this.#deliveries.next();
      if (next.done) return;
      await this.onTake(next.value);
      this.taken += 1;
      yield {
        ...{ data: next.value.data, subject: next.value.subject, ack: () => {} },
        nak: () => {
          throw new Error("a batch of the data set was given back");
        },
        term: () => {
          throw new Error("a batch of the data set was refused");
        },
      };
    }
  }
}
