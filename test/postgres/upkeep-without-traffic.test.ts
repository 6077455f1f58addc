import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiVariables, readApiConfiguration } from "@masthead/api/config";
import { ensureUsagePartitions } from "@masthead/api/features/usage/index";
import { adminKeyIn } from "@masthead/api/resident/admin-key";
import { startServer } from "@masthead/api/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { bookParts, DAY, part } from "./support/usage-parts.js";

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const cleanup = new Cleanup();
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
  cleanup.add(() => database.stop());
});
afterAll(() => cleanup.run());

test("a server without traffic and without NATS rolls up, and holds usage as long as it is configured", async () => {
  const ingest = database.open("ingest");
  const owner = database.open("owner");
  const nowS = Math.floor(Date.now() / 1000);
  const ago = (days: number) => Math.floor((nowS - days * DAY) / 10) * 10;
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const times = [ago(2), ago(7)];
  await ensureUsagePartitions(ingest, times.map(day));
  await bookParts(
    ingest,
    times.map((windowStart) => part({ windowStart })),
  );
  const home = await mkdtemp(join(tmpdir(), "masthead-test-home-"));
  cleanup.add(() => rm(home, { recursive: true, force: true }));
  const credentials = join(home, "api.creds");
  await writeFile(credentials, "none", { mode: 0o600 });
  const server = await startServer(
    readApiConfiguration({
      [apiVariables.home.name]: home,
      [apiVariables.port.name]: "0",
      [apiVariables.databaseUrl.name]: database.appUrl,
      [apiVariables.ingestDatabaseUrl.name]: database.ingestUrl,
      [apiVariables.natsUrl.name]: "nats://127.0.0.1:1",
      [apiVariables.natsCredentials.name]: credentials,
      MASTHEAD_USAGE_MINUTE_DAYS: "4",
    }),
    { adminKey: adminKeyIn(home), log: silent },
  );
  cleanup.add(() => server.stop());
  const count = async (table: string) =>
    (await owner.sql<{ n: number }[]>`select count(*)::int as n from ${owner.sql(table)}`)[0]?.n;
  await until("older minutes are rolled up and gone", async () => (await count("usage_minute")) === 1);
  expect([await count("usage_quarter"), await count("usage_day")]).toEqual([2, 2]);
});
