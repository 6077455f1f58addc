import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { startRecycledServer } from "../support/recycled-server.js";
import { until } from "../support/until.js";

const SLOW_CLIENT = fileURLToPath(new URL("../programs/slow-client.py", import.meta.url));
const MIB = 1024 * 1024;

const cleanup = new Cleanup();
let product: Product;
beforeAll(async () => {
  product = await startMasthead(cleanup);
  await product.apply("hard", { tenant: [{ header: "x-client-id" }] });
});
afterAll(() => cleanup.run());

/** The usage of both roles, once each has come to `requests`. */
const bothRoles = (tenant: string, requests: number) =>
  until(`${tenant}: ${requests} requests in both roles`, async () => {
    const server = await totalUsage(product, { tenant, role: "server" });
    const client = await totalUsage(product, { tenant, role: "client" });
    return (server?.requests ?? 0) >= requests && (client?.requests ?? 0) >= requests && [server, client];
  });

it("counts 1,000 keep-alive responses of 1 MiB to a slow reader exactly, to the byte", async () => {
  const requests = 1000;
  const tenant = ownTenant("slow-reader");
  const server = await startPythonServer(cleanup);
  const client = startProgram(PYTHON, [
    ...[SLOW_CLIENT, String(server.port), String(requests), String(MIB)],
    `x-client-id: ${tenant}`,
  ]);
  await client.finish();
  const usage = await bothRoles(tenant, requests);
  for (const row of usage) {
    expect(row).toMatchObject({ requests, errors: 0 });
    expect(row?.responseBytes).toBeGreaterThan(requests * MIB);
    expect(row?.responseBytes).toBeLessThan(requests * (MIB + 1024));
  }
  expect(usage[0]?.responseBytes).toBe(usage[1]?.responseBytes);
});

it("keeps connections apart that share few recycled SSL objects", async () => {
  const tenant = ownTenant("recycled");
  const server = await startRecycledServer(cleanup);
  for (let round = 0; round < 7; round++) {
    const statuses = await curlMany(server.port, 60, 3, (index) => ({
      path: `/v1/rounds/${index}`,
      headers: { "x-client-id": tenant },
    }));
    expect(statuses).toEqual(Array(60).fill(200));
  }
  for (const row of await bothRoles(tenant, 420)) expect(row).toMatchObject({ requests: 420, errors: 0 });
});
