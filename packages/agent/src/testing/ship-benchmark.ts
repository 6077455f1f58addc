import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentIdSchema } from "@masthead/shared/ids";
import type { Exchange } from "../exchange.js";
import { LossCounts } from "../losses.js";
import { Meter } from "../meter/meter.js";
import { Sampler } from "../meter/sampling.js";
import { SeriesBound } from "../meter/series-bound.js";
import { Batcher } from "../ship/batcher.js";
import { AgentLedger } from "../ship/ledger.js";
import { Spool } from "../ship/spool.js";
import { ServiceTemplates } from "../template/service-templates.js";
import { connection, makeExchange } from "./exchange.js";

/**
 * Microseconds of CPU per exchange (all threads, compression included) of template, meter, batch, gzip and spool. Run on
 * the build: `node packages/agent/dist/testing/ship-benchmark.js`. Prints one JSON object.
 */
const EXCHANGES = 100_000;
const REPEATS = 7;

const exchanges: Exchange[] = Array.from({ length: 2_000 }, (_, i) =>
  makeExchange({
    connection: { ...connection, peerPort: 40_000 + (i % 32) },
    timeUs: 1_780_000_000_000_000 + i * 80,
    durationUs: 700 + ((i * 7919) % 900),
    path: `/v1/orders/${i * 7919}`,
    tenant: `client-${i % 50}`,
    consumer: `fp:00112233:${String(i % 50).padStart(32, "a")}`,
    requestHeaders: {
      "x-request-id": [`1f6c1b2e-5f0a-4a51-9d5c-${String(i * 104_729).padStart(12, "0")}`],
      "x-client-id": [`client-${i % 50}`],
      "user-agent": ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"],
      authorization: [`fp:00112233:${String(i % 50).padStart(32, "a")}`],
      cookie: ["present::200"],
    },
    responseHeaders: { "content-type": ["application/json"] },
  }),
);
const connections = exchanges.slice(0, 32).map((exchange) => exchange.connection);
exchanges.forEach((exchange, i) => {
  exchange.connection = connections[i % 32] ?? connection;
});

const dir = mkdtempSync(join(tmpdir(), "masthead-bench-"));
const results: number[] = [];
let bytes = 0;
for (let repeat = 0; repeat < REPEATS; repeat++) {
  const losses = new LossCounts();
  const ledger = new AgentLedger(
    {
      kernel: () => ({ captured: EXCHANGES, lost: [] }),
      requestsReceived: () => 0,
      ungoverned: () => 0,
      pairing: () => 0,
    },
    losses,
  );
  const { spool } = await Spool.open(join(dir, String(repeat)), 1e12);
  const batcher = new Batcher(
    {
      agentId: agentIdSchema.parse("bench"),
      epoch: 1,
      host: { id: "h", name: "n" },
      maxWaiting: 8,
      nowUs: () => 1,
      completeUntilUs: () => 1,
      onSpooled: (batch) => {
        bytes += batch.bytes;
      },
      onBackPressure: () => undefined,
      onWriteFailed: (error) => {
        throw error;
      },
    },
    spool,
    ledger,
  );
  const templates = new ServiceTemplates();
  const meter = new Meter(
    ({ connection: { process }, path }) => templates.templateOf(process.serviceName, path),
    new Sampler(() => 0),
    new SeriesBound(20_000),
    losses,
    batcher,
  );
  const before = process.cpuUsage();
  for (let i = 0; i < EXCHANGES; i++) {
    meter.record(exchanges[i % exchanges.length] as Exchange);
    if (i % 2000 === 1999) await new Promise((resolve) => setImmediate(resolve));
  }
  await batcher.flush();
  const { user, system } = process.cpuUsage(before);
  results.push((user + system) / EXCHANGES);
}
rmSync(dir, { recursive: true, force: true });
results.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    cpuMicrosPerExchange: results[Math.floor(REPEATS / 2)],
    least: results[0],
    most: results.at(-1),
    bytesPerExchange: Math.round(bytes / EXCHANGES / REPEATS),
  }),
);
