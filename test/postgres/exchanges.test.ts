import { exchangesRoutes } from "@masthead/api/features/exchanges/index";
import { maintain } from "@masthead/api/features/ingest/index";
import type { ExchangeItem } from "@masthead/shared/http/exchange-item";
import type { WireExchange } from "@masthead/shared/wire/batch";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "./support/api.js";
import { makeBatch, NOON_US } from "./support/batches.js";
import { startTestDatabase, type TestDatabase } from "./support/database.js";
import { commit } from "./support/ingest.js";

let server: TestDatabase;
let get: ReturnType<typeof serve>;

/** Some end at the same microsecond, so that a page may end between them. */
const exchanges: Partial<WireExchange>[] = Array.from({ length: 200 }, (_, i) => ({
  timeUs: NOON_US - 60_000_000 + Math.floor(i / 7) * 1_234_567,
  tenant: `t${i % 3}`,
  path: i % 2 ? `/v1/a_b/${i}` : `/v1/axb/${i}`,
  method: i % 5 ? "GET" : "POST",
  connection: i % 4 === 0 ? 1 : 0,
  ...(i % 10 === 0 ? { status: 503 } : {}),
  requestHeaders: { "x-request-id": [`r-${i}`, "second"] },
}));

beforeAll(async () => {
  server = await startTestDatabase();
  const ingest = server.open("ingest");
  await maintain(ingest, NOON_US);
  await commit(ingest, [makeBatch({ seq: 1, exchanges })]);
  const bare = makeBatch({
    agentId: "agent-2",
    seq: 1,
    exchanges: [{}],
    change: (batch) => {
      const [exchange] = batch.exchanges;
      if (!exchange) return;
      delete exchange.status;
      delete exchange.ttfbUs;
      delete exchange.requestHeaders;
      Object.assign(exchange, { errorType: "connection_closed", query: "page=2", flags: ["mid_stream"] });
      Object.assign(exchange, { timeUs: NOON_US - 7_200_000_001, tenant: "bare" });
    },
  });
  await commit(ingest, [bare]);
  get = serve(exchangesRoutes, server.open("app"), () => NOON_US);
});
afterAll(() => server?.stop());

interface Page {
  items: ExchangeItem[];
  nextCursor: string | null;
}
const page = async (query: string): Promise<Page> => {
  const { status, body } = await get(`/v1/exchanges?${query}`);
  expect(body, JSON.stringify(body)).toHaveProperty("items");
  expect(status).toBe(200);
  return body;
};
const ids = async (query: string): Promise<(string | undefined)[]> =>
  (await page(`limit=1000&${query}`)).items.map(
    (item) => (item.attributes["http.request.header.x-request-id"] as string[] | undefined)?.[0],
  );
const expected = (takes: (exchange: Partial<WireExchange>) => boolean): string[] =>
  exchanges.flatMap((exchange, i) => (takes(exchange) ? [`r-${i}`] : [])).reverse();

test("an item says all that its batch said", async () => {
  const { items } = await page("tenant=bare&from=2026-06-15T09:59:59Z&to=2026-06-15T10:00:00Z");
  expect(items).toEqual([
    {
      id: expect.stringMatching(/^\d+$/),
      time: "2026-06-15T09:59:59.999999Z",
      durationMs: 1.5,
      ttfbMs: null,
      role: "server",
      attributes: {
        "http.request.method": "GET",
        "url.scheme": "https",
        "url.path": "/v1/things/7",
        "url.query": "page=2",
        "url.template": "/v1/things/{id}",
        "error.type": "connection_closed",
        "http.request.size": 300,
        "network.protocol.name": "http",
        "network.protocol.version": "1.1",
        "server.address": "api.example.com",
        "server.port": 443,
        "network.local.port": 443,
        "tenant.id": "bare",
        "service.name": "web",
        "process.pid": 7,
        "process.executable.name": "web",
        "host.id": "h1",
        "host.name": "host-1",
        "agent.id": "agent-2",
        "policy.name": "default",
        "policy.revision": 3,
        "capture.source": "openssl",
        "capture.flags": ["mid_stream"],
      },
    },
  ]);
});

test("the client is who is behind the trusted proxies where a batch says so, else the peer", async () => {
  const told = makeBatch({
    agentId: "agent-3",
    seq: 1,
    exchanges: [
      { path: "/behind", clientAddress: "2001:db8::7" },
      { path: "/direct" },
      { path: "/odd", clientAddress: "198.51.100.1", query: "page=2" },
    ].map((exchange) => ({ ...exchange, tenant: "clients", timeUs: NOON_US - 7_200_000_002 })),
    change: (batch) => Object.assign(batch.connections[0] ?? {}, { peerAddress: "10.0.0.9", peerPort: 4711 }),
  });
  await commit(server.open("ingest"), [told]);
  const { items } = await page("tenant=clients&from=2026-06-15T09:59:59Z&to=2026-06-15T10:00:00Z");
  const shown = items.map(({ attributes }) =>
    ["url.path", "client.address", "network.peer.address"].map((name) => attributes[name]),
  );
  expect(shown.sort()).toEqual([
    ["/behind", "2001:db8::7", "10.0.0.9"],
    ["/direct", "10.0.0.9", "10.0.0.9"],
    ["/odd", "198.51.100.1", "10.0.0.9"],
  ]);
});

test("what the kernel measured of an exchange is kept with it", async () => {
  const measured = { arrivalDelayUs: 1_840, threadCpuUs: 912, rttUs: 214, retransmits: 2 };
  const told = makeBatch({
    agentId: "agent-4",
    seq: 1,
    exchanges: [{ path: "/measured", ...measured }, { path: "/in-part", rttUs: 9 }, { path: "/not" }].map(
      (exchange) => ({ ...exchange, tenant: "measured", timeUs: NOON_US - 10_800_000_002 }),
    ),
  });
  await commit(server.open("ingest"), [told]);
  const { items } = await page("tenant=measured&from=2026-06-15T08:59:59Z&to=2026-06-15T09:00:00Z");
  const names = [
    "url.path",
    ...["arrival_delay_ms", "thread_cpu_ms", "rtt_ms", "retransmits"].map((n) => `capture.${n}`),
  ];
  const shown = items.map(({ attributes }) => names.map((name) => attributes[name]));
  expect(shown.sort()).toEqual([
    ["/in-part", undefined, undefined, 0.009, undefined],
    ["/measured", 1.84, 0.912, 0.214, 2],
    ["/not", undefined, undefined, undefined, undefined],
  ]);
});

test("who called is told by the fingerprint that names the consumer, and by none where nobody can say", async () => {
  const [one, two] = [1, 2].map((n) => `fp:be45cb26:${String(n).repeat(32)}`) as [string, string];
  const told = makeBatch({
    agentId: "agent-5",
    seq: 1,
    exchanges: [
      { path: "/by-policy", tenant: "callers", consumer: one },
      { path: "/as-tenant", tenant: two },
      { path: "/unknown", tenant: "callers" },
    ].map((exchange) => ({ ...exchange, timeUs: NOON_US - 14_400_000_002 })),
  });
  await commit(server.open("ingest"), [told]);
  const { items } = await page("from=2026-06-15T07:59:59Z&to=2026-06-15T08:00:00Z");
  const shown = items.map(({ attributes }) =>
    ["url.path", "tenant.id", "consumer.fingerprint"].map((name) => attributes[name]),
  );
  expect(shown.sort()).toEqual([
    ["/as-tenant", two, two],
    ["/by-policy", "callers", one],
    ["/unknown", "callers", undefined],
  ]);
});

describe("filters", () => {
  test.each<[string, (exchange: Partial<WireExchange>) => boolean]>([
    ["tenant=t1", (exchange) => exchange.tenant === "t1"],
    ["status=503", (exchange) => exchange.status === 503],
    ["status=5xx&method=POST", (exchange) => exchange.status === 503 && exchange.method === "POST"],
    ["status=2xx", (exchange) => exchange.status !== 503],
    ["status=none", () => false],
    ["role=client", (exchange) => exchange.connection === 1],
    ["path=/v1/a_b/", (exchange) => exchange.path?.startsWith("/v1/a_b/") === true],
    ["path=*/a_b/*9", (exchange) => /a_b\/.*9$/.test(exchange.path ?? "")],
    ["header.x-request-id=r-17", (exchange) => exchange.requestHeaders?.["x-request-id"]?.[0] === "r-17"],
    ["header.x-request-id=second&tenant=t2", (exchange) => exchange.tenant === "t2"],
    ["service=web&host=host-1", () => true],
    ["service=other", () => false],
    ["from=2026-06-15T11:59:30Z", (exchange) => (exchange.timeUs ?? 0) >= NOON_US - 30_000_000],
    ["to=2026-06-15T13:59:30%2B02:00", (exchange) => (exchange.timeUs ?? 0) < NOON_US - 30_000_000],
  ])("%s", async (query, takes) => {
    const found = await ids(query);
    expect([...found].sort()).toEqual(expected(takes).sort());
  });

  test("newest first", async () => {
    const { items } = await page("limit=1000");
    const times = items.map((item) => item.time);
    expect(times).toEqual([...times].sort().reverse());
  });
});

describe("cursors", () => {
  test("pages of any size give every item once, in order", async () => {
    const all = (await page("limit=1000")).items;
    expect(all).toHaveLength(200);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), async (sizes) => {
        const seen: ExchangeItem[] = [];
        let cursor: string | null = null;
        for (let i = 0; i === 0 || cursor !== null; i++) {
          const next: Page = await page(
            `limit=${sizes[i % sizes.length]}${cursor ? `&cursor=${cursor}` : ""}`,
          );
          seen.push(...next.items);
          cursor = next.nextCursor;
        }
        expect(seen).toEqual(all);
      }),
      { numRuns: 12 },
    );
  });

  test("belong to their query", async () => {
    const { nextCursor } = await page("limit=5&tenant=t1");
    expect(await get(`/v1/exchanges?tenant=t2&cursor=${nextCursor}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_cursor" },
    });
  });
});

test.each([
  ["limit=0", "/query/limit"],
  ["limit=1001", "/query/limit"],
  ["from=yesterday", "/query/from"],
  ["from=2026-02-30T00:00:00Z", "/query/from"],
  ["from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", "/query/to"],
  ["status=abc", "/query/status"],
  ["tennant=a", "/query/tennant"],
  ["header.X-Id=a", "/query/header.X-Id"],
  ["tenant=%00", "/query/tenant"],
  ["header.a=%00", "/query/header.a"],
  ["role=both", "/query/role"],
  ["cursor=!", "/query/cursor"],
])("%s is a clear error", async (query, pointer) => {
  const { status, body } = await get(`/v1/exchanges?${query}`);
  expect(status).toBe(400);
  expect((body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toContain(pointer);
});
