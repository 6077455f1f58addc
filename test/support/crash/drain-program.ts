import type { Deps } from "@masthead/api/deps";
import { DRAIN_CONNECTIONS, drain } from "@masthead/api/drain";
import { drainHeartbeats } from "@masthead/api/features/ingest/index";
import { maintain } from "@masthead/api/maintain";
import { openDatabase } from "@masthead/api/platform/db/database";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { pullQueue } from "@masthead/api/platform/nats/pull-queue";
import { watermarkPublisher } from "@masthead/api/platform/nats/watermark-publisher";
import { HEARTBEAT_CONSUMER, HEARTBEAT_STREAM } from "@masthead/shared/subjects";
import { crashingDatabase } from "./crashing-database.js";
import { crashingNats } from "./crashing-nats.js";
import type { DrainOrder, DrainWork } from "./drain-order.js";
import { Steps } from "./steps.js";

/** One drain, or what time asks for, in a process of its own. Standard output: JSON of the steps that it took. */
const order = JSON.parse(process.env["MASTHEAD_TEST_DRAIN"] ?? "{}") as DrainOrder;
const steps = new Steps(order.dieAt);
const log = { info: () => {}, warn: () => {}, error: (fields: object) => console.error(fields) };

const deps: Deps = {
  async withDatabase(work) {
    const database = openDatabase(order.databaseUrl, "crashing drain", DRAIN_CONNECTIONS);
    try {
      return await work(crashingDatabase(database, steps));
    } finally {
      await database.close();
    }
  },
  withNats: (work) => withNatsConnection(order.nats, (nats) => work(crashingNats(nats, steps))),
  now: () => order.nowUs,
  log,
};
const budget = { maxMs: 60_000, maxMessages: order.messages };
const WORK: Record<DrainWork, () => Promise<unknown>> = {
  batches: () => drain(deps, budget),
  heartbeats: () =>
    deps.withDatabase((database) =>
      deps.withNats((nats) => {
        const queue = pullQueue(nats, HEARTBEAT_STREAM, HEARTBEAT_CONSUMER);
        return drainHeartbeats({ ...deps, database, queue, watermarks: watermarkPublisher(nats) }, budget);
      }),
    ),
  upkeep: () => maintain(deps),
};
// Not awaited at the top: it is bundled for `require`, which waits for nothing.
void WORK[order.work]().then(() => console.log(JSON.stringify(steps.seen)));
