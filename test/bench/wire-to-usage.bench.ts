import { afterAll, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { startNginx } from "../support/https-servers.js";
import { ownTenant, startMasthead, totalUsage } from "../support/product.js";
import { until } from "../support/until.js";
import { benchSettings } from "./support/settings.js";
import { said } from "./support/usage-figures.js";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

test("from a request on the wire to its appearance in /v1/usage", async () => {
  const product = await startMasthead(cleanup);
  const server = await startNginx(cleanup);
  await product.applyAlone("wire-to-usage", { tenant: [{ header: "x-client-id" }] });
  const request = (tenant: string) =>
    curlMany(server.port, 1, 1, () => ({ path: "/", headers: { "x-client-id": tenant } }));
  const isSeen = async (tenant: string): Promise<boolean> =>
    ((await totalUsage(product, { tenant, role: "server" }))?.requests ?? 0) > 0;
  // Until the server is captured, and code is warm.
  const first = ownTenant("warm");
  await until("the first request", async () => {
    await request(first);
    return isSeen(first);
  });
  const times: number[] = [];
  for (let i = 0; i < benchSettings().tries; i++) {
    const tenant = ownTenant("wire");
    await request(tenant);
    const answeredAt = performance.now();
    await until(`usage of ${tenant}`, () => isSeen(tenant));
    times.push(performance.now() - answeredAt);
  }
  console.log(`from an answer on the wire to its count in /v1/usage, looked every 25 ms, ${times.length} requests one after the other:
  ${said(times)}`);
});
