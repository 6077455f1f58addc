import { drain } from "@masthead/api/drain";
import { openDatabase } from "@masthead/api/platform/db/database";
import { withNatsConnection } from "@masthead/api/platform/nats/connection";
import { crashingDatabase } from "./crashing-database.js";
import { crashingNats } from "./crashing-nats.js";
import type { DrainOrder } from "./drain-order.js";
import { Steps } from "./steps.js";

/** One drain in a process of its own. Standard output: JSON of the steps that it took. */
const order = JSON.parse(process.env["MASTHEAD_TEST_DRAIN"] ?? "{}") as DrainOrder;
const steps = new Steps(order.dieAt);
const log = { info: () => {}, warn: () => {}, error: (fields: object) => console.error(fields) };

await drain(
  {
    async withDatabase(work) {
      const database = openDatabase(order.databaseUrl, "crashing drain");
      try {
        return await work(crashingDatabase(database, steps));
      } finally {
        await database.close();
      }
    },
    withNats: (work) => withNatsConnection(order.nats, (nats) => work(crashingNats(nats, steps))),
    now: () => order.nowUs,
    log,
  },
  { maxMs: 60_000, maxMessages: order.messages },
);
console.log(JSON.stringify(steps.seen));
