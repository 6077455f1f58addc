import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@masthead/infra/embedded-postgres";
import { startNats } from "@masthead/infra/nats-server";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { bundleWorker, startWorkerd } from "./support/workerd.js";

const REQUESTS = 6;
const cleanup = new Cleanup();
let bindings: Record<string, string>;

beforeAll(async () => {
  const dir = cleanup.folder();
  const server = await startPostgres({ dir: join(dir, "postgres") });
  cleanup.add(() => server.remove());
  const nats = await startNats({ dir: join(dir, "nats") });
  cleanup.add(() => nats.stop());
  const sql = postgres(server.url, { max: 1 });
  await sql`create table drained (who text)`;
  await sql.end();
  bindings = {
    MASTHEAD_DATABASE_URL: server.url,
    MASTHEAD_INGEST_DATABASE_URL: server.url,
    MASTHEAD_NATS_URL: nats.url,
    MASTHEAD_NATS_CREDENTIALS_TEXT: nats.apiCredentials,
  };
});
afterAll(() => cleanup.run());

const run = async (fixture: string) => {
  const folder = cleanup.folder();
  const entry = fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url));
  await bundleWorker(entry, join(folder, "worker.js"));
  return startWorkerd(cleanup, folder, "worker.js", bindings);
};
/** Ends a request that never answers, as one does that waits for another request's connection. */
const ask = (url: string): Promise<number> =>
  fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    async (response) => {
      const body = await response.text();
      if (!response.ok) console.error(body);
      return response.status;
    },
    () => 0,
  );

describe("in real workerd, over TCP to a real Postgres and NATS,", () => {
  it("every request is answered where clients live as long as one invocation", async () => {
    const worker = await run("per-invocation");
    const statuses: number[] = [];
    for (let request = 0; request < REQUESTS; request++) statuses.push(await ask(`${worker.url}/both`));
    statuses.push(...(await Promise.all(Array.from({ length: REQUESTS }, () => ask(`${worker.url}/both`)))));
    expect(statuses).toEqual(Array.from({ length: 2 * REQUESTS }, () => 200));
  });

  it("scheduled runs with the drain's database", async () => {
    const worker = await run("per-invocation");
    await worker.runScheduled();
    const sql = postgres(bindings.MASTHEAD_INGEST_DATABASE_URL ?? "", { max: 1 });
    cleanup.add(() => sql.end());
    expect(await sql`select who from drained`).toEqual([{ who: "masthead" }]);
  });

  it("a client that outlives its request is found out: the rule is one that a test can break", async () => {
    const worker = await run("module-global");
    const first = await ask(`${worker.url}/`);
    const second = await ask(`${worker.url}/`);
    expect(first).toBe(200);
    expect(second).not.toBe(200);
  });
});
