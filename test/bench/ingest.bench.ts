import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DRAIN_CONNECTIONS, drain } from "@masthead/api/drain";
import { openDatabase } from "@masthead/api/platform/db/database";
import { prepareDatabase } from "@masthead/api/platform/db/prepare";
import { connectNats } from "@masthead/api/platform/nats/connection";
import { ensureInfrastructure } from "@masthead/api/platform/nats/infrastructure";
import { startPostgres } from "@masthead/infra/embedded-postgres";
import { type NatsServer, startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { agentInboxPrefix, batchSubject } from "@masthead/shared/subjects";
import { encodeBatch } from "@masthead/shared/wire/codec";
import { connect, credsAuthenticator } from "nats";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { USAGE_TABLES } from "../postgres/support/usage-state.js";
import { Cleanup } from "../support/cleanup.js";
import type { DrainOrder } from "../support/crash/drain-order.js";
import { bundleDrain, startDrain } from "../support/crash/drain-process.js";
import { EXCHANGES_PER_BATCH, gatewayBatch } from "./support/ingest-batches.js";
import { copyMs, dumpRows } from "./support/plain-copy.js";
import { benchSettings } from "./support/settings.js";
import { median, spread } from "./support/statistics.js";

const AGENT = "bench";
const BATCHES = 200;
const ROWS = BATCHES * EXCHANGES_PER_BATCH;
/** Of a plain COPY, on one drain. */
const TARGET = 0.3;

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const log = { info: () => {}, warn: console.warn, error: console.error };
const ratePerSecond = (ms: number): number => (ROWS / ms) * 1_000;
const said = (rate: number): string => `${Math.round(rate).toLocaleString("en")} exchanges/s`;

const connectAgent = async (nats: NatsServer) =>
  connect({
    servers: nats.url,
    authenticator: credsAuthenticator(new TextEncoder().encode(await nats.createAgentCredentials(AGENT))),
    inboxPrefix: agentInboxPrefix(agentIdSchema.parse(AGENT)),
  });

test("exchanges through NATS into Postgres, beside COPY of the same rows", async () => {
  const folder = cleanup.folder();
  const server = await startPostgres({ dir: join(folder, "postgres") });
  cleanup.add(() => server.remove());
  const nats = await startNats({ dir: join(folder, "nats") });
  cleanup.add(() => nats.stop());
  const password = () => randomBytes(24).toString("hex");
  const { ingestUrl } = await prepareDatabase(server.url, { app: password(), ingest: password() });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  cleanup.add(() => sql.end());
  await sql`create table plain (like exchanges)`;
  await sql`create table indexed (like exchanges including indexes)`;
  const connection = await connectNats({ url: nats.url, credentials: nats.apiCredentials });
  cleanup.add(() => connection.close());
  await ensureInfrastructure(connection);
  const agent = await connectAgent(nats);
  cleanup.add(() => agent.close());

  // An hour ago: one day's partition, nearly always, and no window that is open.
  const startUs = (Date.now() - 3_600_000) * 1_000;
  const publish = async (epoch: number) => {
    for (let seq = 1; seq <= BATCHES; seq++) {
      const batch = gatewayBatch(epoch, seq, startUs);
      await agent.request(batchSubject(batch.agentId), await encodeBatch(batch), { timeout: 10_000 });
    }
  };
  const drainMs = async (): Promise<number> => {
    const startedAt = performance.now();
    const database = openDatabase(ingestUrl, "bench", DRAIN_CONNECTIONS);
    const drained = await drain(
      {
        withDatabase: (work) => work(database),
        withNats: (work) => work(connection),
        now: () => Date.now() * 1_000,
        log,
      },
      { maxMs: 600_000, maxMessages: BATCHES },
    );
    const ms = performance.now() - startedAt;
    await database.close();
    expect(drained).toMatchObject({ committed: BATCHES, exchanges: ROWS, setAside: 0, duplicates: 0 });
    return ms;
  };
  /** Drains side by side, each a process of its own that takes its share. */
  const processesMs = async (drains: number): Promise<number> => {
    const order: DrainOrder = {
      databaseUrl: ingestUrl,
      nats: { url: nats.url, credentials: nats.apiCredentials },
      ...{ nowUs: Date.now() * 1_000, work: "batches", messages: BATCHES / drains },
    };
    const startedAt = performance.now();
    const running = Array.from({ length: drains }, () => startDrain(program, order));
    for (const child of running) await child.finish();
    return performance.now() - startedAt;
  };
  const empty = async () => {
    await sql`truncate exchanges, plain, indexed, ${sql.unsafe(USAGE_TABLES.join(", "))}`;
    await sql`checkpoint`;
  };

  const program = await bundleDrain(folder);
  const figures = {
    drained: [] as number[],
    one: [] as number[],
    two: [] as number[],
    plain: [] as number[],
    indexed: [] as number[],
  };
  for (let round = 0; round < benchSettings().rounds; round++) {
    for (const [drains, into] of [
      [1, figures.one],
      [2, figures.two],
    ] as const) {
      await empty();
      await publish(3 * round + drains);
      into.push(ratePerSecond(await processesMs(drains)));
    }
    await empty();
    await publish(3 * round + 3);
    figures.drained.push(ratePerSecond(await drainMs()));
    expect((await sql`select sum(requests)::int as n from usage_minute`)[0]?.["n"]).toBe(ROWS);
    const rows = await dumpRows(sql);
    await empty();
    figures.plain.push(ratePerSecond(await copyMs(sql, "plain", rows)));
    await empty();
    figures.indexed.push(ratePerSecond(await copyMs(sql, "indexed", rows)));
  }
  const ratio = median(figures.drained) / median(figures.plain);
  const wide = (rates: number[]) => `${said(median(rates))} (spread ${(spread(rates) * 100).toFixed(0)} %)`;
  console.log(`ingest, ${figures.drained.length} rounds of ${ROWS} exchanges, medians:
  one drain, from NATS to committed  ${wide(figures.drained)}
  one drain in a process of its own  ${wide(figures.one)}
  two of them                        ${wide(figures.two)}: ${(median(figures.two) / median(figures.one)).toFixed(2)} times as much
  COPY into a table without indexes  ${wide(figures.plain)}
  COPY into one with the indexes     ${wide(figures.indexed)}
  ratio to COPY without indexes      ${ratio.toFixed(2)} (target ${TARGET})
  ratio to COPY with the indexes     ${(median(figures.drained) / median(figures.indexed)).toFixed(2)}`);
  expect(ratio).toBeGreaterThanOrEqual(TARGET);
});
