import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { ownTenant, type Product, settledAgent, startMasthead, totalUsage } from "../support/product.js";
import { startProgram } from "../support/program.js";
import { copyPrograms } from "../support/traced-programs.js";
import { until } from "../support/until.js";

const STEADY_CLIENT = fileURLToPath(new URL("../programs/steady-client.py", import.meta.url));

const TENANT = ownTenant("conserved");

const cleanup = new Cleanup();
let product: Product;
beforeAll(async () => {
  product = await startMasthead(cleanup);
});
afterAll(() => cleanup.run());

const counted = async (): Promise<number> =>
  (await totalUsage(product, { tenant: TENANT, role: "server" }))?.requests ?? 0;

/** Waits until usage has grown beyond what it was, which shows that delivery goes on. */
const goesOn = async (what: string): Promise<void> => {
  const before = await until("an answer", async () => ({ requests: await counted() }));
  await until(`usage to grow after ${what}`, async () => (await counted()) > before.requests);
};

const killed = async (part: string): Promise<void> => {
  const pid = product.pid(part);
  process.kill(pid, "SIGKILL");
  await until(`${part} to run again`, () => product.pid(part) !== pid);
};

it("comes to the number of requests made, whatever is killed or emptied meanwhile", async () => {
  const programs = copyPrograms(cleanup);
  const server = await programs.server();
  await product.applyAlone("conserved", {
    targets: Object.values(programs.executable).map((executable) => ({ executable })),
    tenant: [{ header: "x-client-id" }],
  });
  // Until then the default policy asked about all of this host, where other tests lose what they mean to lose.
  const before = await settledAgent(product);
  const client = startProgram(programs.executable.client, [
    ...[STEADY_CLIENT, String(server.port), "2"],
    `x-client-id: ${TENANT}`,
  ]);
  cleanup.add(() => client.stop());
  await goesOn("the start");

  await killed("api");
  await goesOn("the drain was killed");

  const store = join(product.home, "nats");
  const jetstream = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name === "jetstream")
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  expect(jetstream).not.toEqual([]);
  const nats = product.pid("nats");
  process.kill(nats, "SIGKILL");
  for (const path of jetstream) rmSync(path, { recursive: true, force: true });
  await until("NATS to run again", () => product.pid("nats") !== nats);
  await goesOn("NATS came back empty");

  await killed("postgres");
  await goesOn("Postgres was killed");

  await client.finish();
  const made = Number(client.lines.at(-1));
  expect(made).toBeGreaterThan(0);
  await until(`${made} requests`, async () => (await counted()) >= made);
  expect(await counted()).toBe(made);

  const after = await settledAgent(product);
  expect(after.losses).toEqual(before.losses);
  const grown = (count: "captured" | "committed") => after.ledger[count] - before.ledger[count];
  expect({ captured: grown("captured"), committed: grown("committed") }).toEqual({
    captured: 2 * made,
    committed: 2 * made,
  });
});
