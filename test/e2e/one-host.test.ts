import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { exchangesOf, requestHeader } from "../support/exchanges.js";
import { type HttpsServer, startNginx, startPythonServer } from "../support/https-servers.js";
import {
  ownTenant,
  type Product,
  requestsByConsumer,
  startMasthead,
  totalUsage,
} from "../support/product.js";
import { until } from "../support/until.js";

const REQUESTS = 1000;
const CONNECTIONS = 4;
const CREDENTIALS = ["Bearer secret-credential-of-alice-0001", "Bearer secret-credential-of-bob-00002"];

const SPEC = {
  headers: {
    request: [
      { name: "x-request-id", action: "keep" },
      { name: "x-client-id", action: "keep" },
      { name: "user-agent", action: "keep" },
      { name: "authorization", action: "fingerprint" },
      { name: "cookie", action: "presence" },
    ],
  },
  tenant: [{ header: "x-client-id" }],
};

const cleanup = new Cleanup();
let product: Product;
beforeAll(async () => {
  product = await startMasthead(cleanup);
  await product.apply("judged", SPEC);
});
afterAll(() => cleanup.run());

const send = (server: HttpsServer, tenant: string): Promise<number[]> =>
  curlMany(server.port, REQUESTS, CONNECTIONS, (index) => ({
    path: `/v1/orders/${index}?token=not-to-be-seen`,
    headers: {
      "x-request-id": `${tenant}-${index}`,
      "x-client-id": tenant,
      "user-agent": "masthead-test/1",
      authorization: CREDENTIALS[index % 2] ?? "",
      cookie: `session=not-to-be-seen-${index}`,
    },
  }));

const counted = (tenant: string) =>
  until(`${tenant}: ${REQUESTS} requests in both roles`, async () => {
    const server = await totalUsage(product, { tenant, role: "server" });
    const client = await totalUsage(product, { tenant, role: "client" });
    return (server?.requests ?? 0) >= REQUESTS && (client?.requests ?? 0) >= REQUESTS && { server, client };
  });

describe.each([
  ["nginx", (on: Cleanup) => startNginx(on)],
  ["Python", (on: Cleanup) => startPythonServer(on)],
])("%s and curl on this host", (name, start) => {
  const tenant = ownTenant(name.toLowerCase());

  it("counts every request once in each role, and shows what the policy allows and nothing else", async () => {
    const server = await start(cleanup);
    expect(await send(server, tenant)).toEqual(Array(REQUESTS).fill(200));

    const usage = await counted(tenant);
    expect([usage.server?.requests, usage.client?.requests]).toEqual([REQUESTS, REQUESTS]);
    expect([usage.server?.errors, usage.client?.errors]).toEqual([0, 0]);

    const items = await exchangesOf(product, tenant);
    for (const role of ["server", "client"] as const) {
      const ours = items.filter((item) => item.role === role);
      expect(new Set(ours.map((item) => requestHeader(item, "x-request-id"))).size).toBe(REQUESTS);
      const byCredential = [0, 1].map((kind) =>
        ours.filter((item) => Number(requestHeader(item, "x-request-id")?.split("-").at(-1)) % 2 === kind),
      );
      const fingerprints = byCredential.map(
        (of) => new Set(of.map((item) => requestHeader(item, "authorization"))),
      );
      for (const set of fingerprints) {
        expect(set.size).toBe(1);
        expect([...set][0]).toMatch(/^fp:[0-9a-f]{8}:[0-9a-f]{32}$/);
      }
      expect([...(fingerprints[0] ?? [])][0]).not.toBe([...(fingerprints[1] ?? [])][0]);
      const consumers = fingerprints.map(([text]) => [text, REQUESTS / 2]);
      expect(await requestsByConsumer(product, { tenant, role })).toEqual(Object.fromEntries(consumers));
      for (const item of ours) {
        expect(requestHeader(item, "user-agent")).toBe("masthead-test/1");
        expect(requestHeader(item, "x-client-id")).toBe(tenant);
        expect(requestHeader(item, "cookie")).toMatch(/^present::\d+$/);
        expect(item.attributes["url.template"]).toBe("/v1/orders/{id}");
        expect(item.attributes["network.peer.address"]).toBe("127.0.0.1");
      }
    }
    expect(JSON.stringify(items)).not.toContain("secret-credential");
    expect(JSON.stringify(items)).not.toContain("not-to-be-seen");
  });

  it("owes the tenant a report that adds up, as JSON and as CSV", async () => {
    const period = new Date().toISOString().slice(0, 7);
    const path = `/v1/tenants/${tenant}/reports/${period}`;
    const report = await product.get<{ status: string; totals: { requests: number } }>(path);
    expect(report).toMatchObject({ status: "provisional", totals: { requests: REQUESTS, errors: 0 } });
    const csv = await product.request(path, { headers: { accept: "text/csv" } });
    expect(csv.status).toBe(200);
    expect(csv.headers.get("content-type")).toContain("text/csv");
    const usage = await totalUsage(product, { tenant, role: "server" });
    expect(report.totals).toMatchObject({
      requestBytes: usage?.requestBytes,
      responseBytes: usage?.responseBytes,
    });
  });
});
