import type { Deps } from "@masthead/api/deps";
import { drain } from "@masthead/api/drain";
import type { NatsConnection } from "nats";
import { type Delivery, deliveriesOf } from "./delivery.js";
import type { Ingested } from "./ingest.js";
import { RawTable } from "./raw-table.js";
import type { Dataset } from "./schedule.js";

export interface OverNatsOptions {
  ownerUrl: string;
  /** as the drain's role; its clock is `clock` */
  deps: Deps;
  clock: { nowUs: number };
  /** with the credentials of an agent, by its id */
  connectAs(agentId: string): Promise<NatsConnection>;
  /** drains, each of which takes as many messages */
  drains: number;
}

/** Sends a data set as its agents would, over a real NATS, to drains one after the other. */
export const ingestOverNats = async (dataset: Dataset, options: OverNatsOptions): Promise<Ingested> => {
  const raw = await RawTable.make(options.ownerUrl, dataset.population);
  const connections = new Map<string, NatsConnection>();
  for (const { id } of dataset.population.agents) connections.set(id, await options.connectAs(id));
  options.clock.nowUs = dataset.fromUs;
  // Makes the streams.
  await drain(options.deps, { maxMs: 1, maxMessages: 0 });
  const done: Ingested = { exchanges: 0, duplicates: 0, setAside: 0, nowUs: dataset.fromUs };
  const publish = async ({ slot, subject, data, exchanges, again }: Delivery) => {
    options.clock.nowUs = slot.deliveredUs;
    await connections.get(slot.agent.id)?.request(subject, data, { timeout: 10_000 });
    if (!again) await raw.add(exchanges);
  };
  let waiting = 0;
  const settle = async () => {
    const drained = await drain(options.deps, { maxMs: 600_000, maxMessages: waiting });
    done.duplicates += drained.duplicates;
    done.setAside += drained.setAside;
    waiting = 0;
  };
  const turn = Math.ceil(dataset.slots.length / options.drains);
  for (const delivery of deliveriesOf(dataset)) {
    await publish(delivery);
    waiting += 1;
    if (waiting === turn) await settle();
  }
  if (waiting > 0) await settle();
  // Rolls up what came last.
  await drain(options.deps, { maxMs: 1, maxMessages: 0 });
  await raw.finish();
  return { ...done, exchanges: raw.rows, nowUs: options.clock.nowUs };
};
