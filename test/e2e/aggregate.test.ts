import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { exchangesOf } from "../support/exchanges.js";
import { type HttpsServer, startPythonServer } from "../support/https-servers.js";
import {
  ownTenant,
  type Product,
  requestsByConsumer,
  settledAgent,
  startMasthead,
  totalUsage,
} from "../support/product.js";
import { until } from "../support/until.js";

/** `aggregate: true` on one host: usage is what it is with records, and there are no exchanges. */

const COUNTED = 1000;
const CONNECTIONS = 4;
const TOLD = 20;
const TENANTS = [ownTenant("counted-one"), ownTenant("counted-two")] as const;
const ROLES = ["server", "client"] as const;

const cleanup = new Cleanup();
let product: Product;
let server: HttpsServer;
beforeAll(async () => {
  product = await startMasthead(cleanup);
  server = await startPythonServer(cleanup);
});
afterAll(() => cleanup.run());

const apply = (more: object): Promise<number> =>
  product.applyAlone("counted", {
    targets: [{ port: server.port }],
    tenant: [{ header: "x-client-id" }, { fingerprint: "authorization" }],
    ...more,
  });

const send = async (count: number): Promise<void> => {
  const statuses = await curlMany(server.port, count, CONNECTIONS, (index) => ({
    path: `/v1/orders/${index}?token=not-to-be-seen`,
    headers: {
      "x-client-id": TENANTS[index % 2] ?? "",
      authorization: `Bearer secret-credential-000${index % 4}`,
    },
  }));
  expect(statuses).toEqual(Array(count).fill(200));
};

const countedIs = async (each: number): Promise<void> => {
  for (const tenant of TENANTS)
    for (const role of ROLES) {
      const requests = async () => (await totalUsage(product, { tenant, role }))?.requests ?? 0;
      await until(`${each} of ${tenant} as ${role}`, async () => (await requests()) >= each);
      expect(await requests()).toBe(each);
    }
};

it("counts exactly, by tenant and role, keeps no exchange, and loses nothing when the policy changes", async () => {
  await apply({ aggregate: true });
  await send(COUNTED);
  await countedIs(COUNTED / 2);
  for (const tenant of TENANTS) {
    expect(await exchangesOf(product, tenant)).toEqual([]);
    for (const role of ROLES) {
      const consumers = await requestsByConsumer(product, { tenant, role });
      expect(Object.values(consumers)).toEqual([COUNTED / 4, COUNTED / 4]);
      for (const consumer of Object.keys(consumers))
        expect(consumer).toMatch(/^fp:[0-9a-f]{8}:[0-9a-f]{32}$/);
    }
  }

  // What is counted when the policy changes is not lost, and from then on exchanges are kept.
  await send(COUNTED);
  await apply({});
  await send(TOLD);
  await countedIs(COUNTED + TOLD / 2);
  for (const tenant of TENANTS) expect(await exchangesOf(product, tenant)).toHaveLength(TOLD);

  const agent = await settledAgent(product);
  // What else ran on this host before the policy was alone is in it, too, whole or not; what is ours was counted exactly.
  const { captured, committed, lost } = agent.ledger;
  expect(committed).toBeGreaterThanOrEqual((COUNTED + COUNTED + TOLD) * ROLES.length);
  expect(committed + lost).toBe(captured);
  expect(agent.health).toMatchObject({ status: "ok" });
});
