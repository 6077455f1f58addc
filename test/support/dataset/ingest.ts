import { DRAIN_CONNECTIONS } from "@masthead/api/drain";
import { drainBatches, maintain } from "@masthead/api/features/ingest/index";
import { type Database, openDatabase } from "@masthead/api/platform/db/database";
import { DeliveryQueue, deliveriesOf } from "./delivery.js";
import { RawTable } from "./raw-table.js";
import type { Dataset } from "./schedule.js";

const HOUR_US = 3_600_000_000;
/** How much simulated time a drain lives. */
const TURN_US = 6 * HOUR_US;

export interface IngestOptions {
  ownerUrl: string;
  ingestUrl: string;
  /** see SERIES_PER_TENANT_AND_MINUTE */
  seriesCap?: number;
  /** told after each turn; `share` of all deliveries */
  onTurn?: (share: number, exchanges: number) => void;
}

/** What became of the data set. */
export interface Ingested {
  exchanges: number;
  duplicates: number;
  setAside: number;
  /** simulated time after the last delivery */
  nowUs: number;
}

/**
 * Commits a data set as drains do, without NATS between: turn after turn, each with its roll-up, its clock going with the
 * deliveries. Every exchange goes to the raw table, too.
 */
export const ingestDataset = async (dataset: Dataset, options: IngestOptions): Promise<Ingested> => {
  const raw = await RawTable.make(options.ownerUrl, dataset.population);
  const database = openDatabase(options.ingestUrl, "dataset", DRAIN_CONNECTIONS);
  try {
    const done = await drainAll(dataset, options, raw, database);
    await raw.finish();
    return { ...done, exchanges: raw.rows };
  } finally {
    await raw.close();
    await database.close();
  }
};

const drainAll = async (
  dataset: Dataset,
  { seriesCap, onTurn }: IngestOptions,
  raw: RawTable,
  database: Database,
): Promise<Ingested> => {
  const done: Ingested = { exchanges: 0, duplicates: 0, setAside: 0, nowUs: dataset.fromUs };
  const queue = new DeliveryQueue(deliveriesOf(dataset), async ({ slot, exchanges, again }) => {
    done.nowUs = slot.deliveredUs;
    if (!again) await raw.add(exchanges);
  });
  const log = { info: () => {}, warn: console.warn, error: console.error };
  const watermarks = { publish: () => Promise.resolve() };
  while (queue.taken < dataset.slots.length) {
    await maintain(database, done.nowUs);
    const drained = await drainBatches(
      { database, queue, watermarks, now: () => done.nowUs, log, seriesCap },
      { maxMs: TURN_US / 1000, maxMessages: Number.MAX_SAFE_INTEGER, idleMs: 1 },
    );
    done.duplicates += drained.duplicates;
    done.setAside += drained.setAside;
    onTurn?.(queue.taken / dataset.slots.length, raw.rows);
  }
  await maintain(database, done.nowUs);
  return done;
};
