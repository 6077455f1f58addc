import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Find, searchFolder } from "../support/byte-search.js";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { searchDatabase } from "../support/database-search.js";
import { startPythonServer } from "../support/https-servers.js";
import { searchMaps } from "../support/map-search.js";
import { searchMemory } from "../support/memory-search.js";
import { ownerUrl, ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { until } from "../support/until.js";

const REQUESTS = 2000;
/** Unique in the world, and planted where no policy of this test keeps. */
const canary = (name: string): string => `canary-${name}-${process.pid}-7f3a9c51d2`;
const SECRETS = {
  authorization: canary("authorization"),
  cookie: canary("cookie"),
  setCookie: canary("set-cookie"),
  apiKey: canary("api-key"),
  unlisted: canary("unlisted"),
  responseUnlisted: canary("response-unlisted"),
  query: canary("query"),
  requestBody: canary("request-body"),
  responseBody: canary("response-body"),
};
const NEEDLES = Object.values(SECRETS);
/** Kept by the policy: a search that does not find this proves nothing. */
const KEPT = canary("kept");
const TENANT = ownTenant("canary");

const cleanup = new Cleanup();
let product: Product;
beforeAll(async () => {
  product = await startMasthead(cleanup);
  await product.apply("canary", {
    headers: {
      request: [
        { name: "x-request-id", action: "keep" },
        { name: "authorization", action: "fingerprint" },
        { name: "cookie", action: "presence" },
        { name: "x-api-key", action: "mask" },
      ],
      response: [{ name: "set-cookie", action: "fingerprint" }],
    },
    query: { action: "names" },
    tenant: [{ header: "x-client-id" }],
  });
});
afterAll(() => cleanup.run());

const mapIds = (pid: number): number[] =>
  (
    JSON.parse(execFileSync("bpftool", ["map", "show", "-j"], { encoding: "utf8" })) as {
      id: number;
      pids?: { pid: number }[];
    }[]
  )
    .filter((map) => map.pids?.some((holder) => holder.pid === pid))
    .map((map) => map.id);

const secretsAmong = (finds: readonly Find[]): Find[] => finds.filter(({ needle }) => needle !== KEPT);
const keptAmong = (finds: readonly Find[]): Find[] => finds.filter(({ needle }) => needle === KEPT);

it("lets no planted secret out of the kernel, in either direction, under load", async () => {
  const server = await startPythonServer(cleanup);
  const send = () =>
    curlMany(server.port, REQUESTS, 4, (index) => ({
      path: `/echo?access_token=${SECRETS.query}&q=${SECRETS.query}`,
      method: "POST",
      body: SECRETS.requestBody,
      headers: {
        "x-request-id": KEPT,
        "x-client-id": TENANT,
        authorization: `Bearer ${SECRETS.authorization}`,
        cookie: `session=${SECRETS.cookie}`,
        "x-api-key": SECRETS.apiKey,
        "x-secret-of-ours": SECRETS.unlisted,
        "x-answer-set-cookie": `id=${SECRETS.setCookie}`,
        "x-answer-x-unlisted": SECRETS.responseUnlisted,
        "x-answer-body": SECRETS.responseBody,
        "x-n": String(index),
      },
    }));
  const needles = [...NEEDLES, KEPT];
  const sending = send();
  const underLoad = searchMemory(product.pid("agent"), needles);
  await sending;
  await until("all counted", async () => {
    const usage = await totalUsage(product, { tenant: TENANT, role: "server" });
    return usage?.requests === REQUESTS;
  });

  const agent = searchMemory(product.pid("agent"), needles);
  const maps = searchMaps(mapIds(product.pid("agent")), needles);
  const stores = searchFolder(product.home, needles);
  const rows = await searchDatabase(ownerUrl(product), needles);
  const answer = (await product.request(`/v1/exchanges?tenant=${TENANT}&limit=1000`)).text;

  for (const finds of [underLoad.finds, agent.finds, maps, stores, rows]) {
    expect(secretsAmong(finds)).toEqual([]);
  }
  for (const needle of NEEDLES) expect(answer).not.toContain(needle);

  // Each search is able to find what may be there.
  expect(keptAmong(agent.finds)).not.toEqual([]);
  expect(keptAmong(rows)).not.toEqual([]);
  expect(answer).toContain(KEPT);
  const nats = join(product.home, "nats");
  expect(keptAmong(stores).some(({ place }) => place.startsWith(nats))).toBe(true);
});
