import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Find, searchFolder } from "../support/byte-search.js";
import { Cleanup } from "../support/cleanup.js";
import { curlMany } from "../support/curl.js";
import { searchDatabase } from "../support/database-search.js";
import { exchangesOf } from "../support/exchanges.js";
import { type HttpsServer, startNginx, startPythonServer } from "../support/https-servers.js";
import { kernelIdsOf } from "../support/kernel-objects.js";
import { searchMaps } from "../support/map-search.js";
import { searchMemory } from "../support/memory-search.js";
import { ownerUrl, ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { searchRing } from "../support/ring-search.js";
import { until } from "../support/until.js";

const SPLIT_CLIENT = fileURLToPath(new URL("../programs/split-client.py", import.meta.url));
/** To Python and to nginx, to Python in pieces, and to nginx in clear. */
const REQUESTS = 600;
const SPLIT_REQUESTS = 60;
const CLEAR_REQUESTS = 300;
const ALL_REQUESTS = 2 * REQUESTS + SPLIT_REQUESTS + CLEAR_REQUESTS;
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
const SECRET = Object.values(SECRETS);
/** In a head that does not end, which the kernel has to remember: the one place where a raw value may be for a while. */
const HELD = canary("held");
/** Kept by the policy: a search that does not find this proves nothing. */
const KEPT = canary("kept");
const NEEDLES = [...SECRET, HELD, KEPT];
const TENANT = ownTenant("canary");

const PATH = `/bytes/200?access_token=${SECRETS.query}&q=${SECRETS.query}`;
const HEADERS = {
  "x-request-id": KEPT,
  "x-client-id": TENANT,
  authorization: `Bearer ${SECRETS.authorization}`,
  cookie: `session=${SECRETS.cookie}`,
  "x-api-key": SECRETS.apiKey,
  "x-secret-of-ours": SECRETS.unlisted,
  "x-answer-set-cookie": `id=${SECRETS.setCookie}`,
  "x-answer-x-unlisted": SECRETS.responseUnlisted,
  "x-answer-body": SECRETS.responseBody,
};
/** What Python is asked to answer, from nginx. */
const NGINX_LOCATION = `location /bytes {
  add_header set-cookie "id=${SECRETS.setCookie}";
  add_header x-unlisted "${SECRETS.responseUnlisted}";
  return 200 "${SECRETS.responseBody}";
}`;

const cleanup = new Cleanup();
let product: Product;
let python: HttpsServer;
let nginx: HttpsServer;
let clearPort: number;
beforeAll(async () => {
  product = await startMasthead(cleanup, { MASTHEAD_KERNEL_CONNECTIONS: "4096" }); // tables are dumped as text
  python = await startPythonServer(cleanup);
  clearPort = await freeLoopbackPort();
  nginx = await startNginx(cleanup, { server: `listen 127.0.0.1:${clearPort}; ${NGINX_LOCATION}` });
  // Alone, and for these ports only, so that the ring holds every record from first to last.
  await product.applyAlone("canary", {
    targets: [{ port: python.port }, { port: nginx.port }, { port: clearPort }],
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

const sendTo = (server: HttpsServer): Promise<number[]> =>
  curlMany(server.port, REQUESTS, 2, (index) => ({
    path: PATH,
    method: "POST",
    body: SECRETS.requestBody,
    headers: { ...HEADERS, "x-n": String(index) },
  }));

const sendInClear = (): Promise<number[]> =>
  curlMany(clearPort, CLEAR_REQUESTS, 2, () => ({
    scheme: "http",
    path: PATH,
    method: "POST",
    body: SECRETS.requestBody,
    headers: HEADERS,
  }));

const sendSplit = async (): Promise<void> => {
  const headers = Object.entries({ ...HEADERS, "x-answer-split": "7" });
  const client = startProgram(PYTHON, [
    ...[SPLIT_CLIENT, String(python.port), PATH, String(SPLIT_REQUESTS), SECRETS.requestBody],
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]);
  cleanup.add(() => client.stop());
  await client.finish();
};

/** A request whose head has begun and does not end. */
const holdHead = async (): Promise<TLSSocket> => {
  const socket = connect({ port: python.port, host: "127.0.0.1", rejectUnauthorized: false });
  cleanup.add(() => socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nx-secret-of-ours: ${HELD}\r\n`);
  return socket;
};

const agentMaps = () => searchMaps(kernelIdsOf(product.pid("agent")).maps, NEEDLES);
const kept = (finds: readonly Find[]): Find[] => finds.filter(({ needle }) => needle === KEPT);
const expectNoSecret = (finds: readonly Find[]): void =>
  expect(finds.filter(({ needle }) => needle !== KEPT)).toEqual([]);

/** Searches what changes all the time, again and again until `work` is done. */
const searchedMeanwhile = async (work: Promise<unknown>): Promise<Find[]> => {
  let going = true;
  const done = work.finally(() => {
    going = false;
  });
  const finds: Find[] = [];
  do {
    finds.push(...searchMemory(product.pid("agent"), NEEDLES).finds);
    finds.push(...searchFolder(join(product.home, "spool"), NEEDLES));
    await new Promise(setImmediate);
  } while (going);
  await done;
  return finds;
};

/** All that the API says of this traffic, as text. */
const answers = async (): Promise<string> => {
  const paths = ["agents", "policies", "tenants", `usage?groupBy=tenant.id,url.template`];
  const period = new Date().toISOString().slice(0, 7);
  const report = `tenants/${TENANT}/reports/${period}`;
  const texts = await Promise.all(
    [...paths, report].map(async (path) => {
      const answer = await product.request(`/v1/${path}`);
      expect(answer.status).toBe(200);
      return answer.text;
    }),
  );
  const csv = await product.request(`/v1/${report}`, { headers: { accept: "text/csv" } });
  const metrics = await product.request("/metrics");
  const exchanges = await exchangesOf(product, TENANT);
  expect(exchanges).toHaveLength(2 * ALL_REQUESTS);
  return [...texts, csv.text, metrics.text, JSON.stringify(exchanges)].join("\n");
};

it("lets no planted secret out of the kernel, in either direction, under load", async () => {
  expectNoSecret(
    await searchedMeanwhile(Promise.all([sendTo(python), sendTo(nginx), sendSplit(), sendInClear()])),
  );
  await until("all counted", async () => {
    const of = async (role: "server" | "client") =>
      (await totalUsage(product, { tenant: TENANT, role }))?.requests ?? 0;
    return (await of("server")) === ALL_REQUESTS && (await of("client")) === ALL_REQUESTS;
  });

  // The ring's records, every one that was ever sent.
  const ring = searchRing(product.pid("agent"), NEEDLES, KEPT);
  expect(ring.producedBytes).toBeLessThanOrEqual(ring.ringBytes);
  expectNoSecret(ring.finds);
  expect(ring.count).toBe(2 * ALL_REQUESTS);

  const memory = searchMemory(product.pid("agent"), NEEDLES).finds;
  expectNoSecret(memory);
  expect(kept(memory)).not.toEqual([]);

  const stores = searchFolder(product.home, NEEDLES);
  expectNoSecret(stores);
  for (const store of ["nats", "postgres"]) {
    const inside = kept(stores).filter(({ place }) => place.startsWith(join(product.home, store)));
    expect(inside, store).not.toEqual([]);
  }
  const rows = await searchDatabase(ownerUrl(product), NEEDLES);
  expectNoSecret(rows);
  expect(kept(rows)).not.toEqual([]);

  const said = await answers();
  expect(said).toContain(KEPT);
  for (const needle of SECRET) expect(said).not.toContain(needle);
});

it("spools no planted secret", async () => {
  // With the drain asleep nothing is committed, so that the spool keeps what it gets.
  const drain = product.pid("api");
  process.kill(drain, "SIGSTOP");
  try {
    await sendSplit();
    const spooled = await until("a kept value in the spool", () => {
      const finds = searchFolder(join(product.home, "spool"), NEEDLES);
      return kept(finds).length > 0 && finds;
    });
    expectNoSecret(spooled);
  } finally {
    process.kill(drain, "SIGCONT");
  }
});

it("leaves no planted secret in any map, but for a head that has not ended", async () => {
  const held = await holdHead();
  const during = await until("the head in the kernel", () => {
    const maps = agentMaps();
    return maps.finds.some(({ needle }) => needle === HELD) && maps;
  });
  expectNoSecret(during.finds.filter(({ needle, place }) => !(needle === HELD && place === "assemblies")));
  for (const name of [
    "work_areas",
    "record_areas",
    "assemblies",
    "connection_stat", // as the kernel cuts it
    "strange_sockets",
    "calls",
    "threads",
  ]) {
    expect(during.searched).toContain(name);
  }
  expectNoSecret(searchRing(product.pid("agent"), NEEDLES, KEPT).finds);
  expectNoSecret(searchMemory(product.pid("agent"), NEEDLES).finds);

  held.destroy();
  const after = await until("the end of that head", () => {
    const maps = agentMaps();
    return maps.finds.every(({ needle }) => needle !== HELD) && maps;
  });
  expectNoSecret(after.finds);
  expectNoSecret(searchRing(product.pid("agent"), NEEDLES, KEPT).finds);
});
