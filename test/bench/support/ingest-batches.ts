import { agentIdSchema } from "@masthead/shared/ids";
import { USAGE_WINDOW_SECONDS, usageWindowStart } from "@masthead/shared/time";
import { latencyBucket, toHistogram } from "@masthead/shared/usage/histogram";
import type { Batch, UsagePart, WireExchange } from "@masthead/shared/wire/batch";

export const EXCHANGES_PER_BATCH = 1_000;
const TENANTS = 20;
const TEMPLATES = 15;
const CONNECTIONS = 32;

/** Three credentials a tenant. */
const consumerOf = (n: number): string =>
  `fp:1a2b3c4d:${String(((n * 31) % TENANTS) * 3 + (n % 3)).padStart(32, "0")}`;

/** A gateway's exchange: four kept request headers, one fingerprint, one response header. */
const exchange = (n: number, timeUs: number): WireExchange => ({
  timeUs,
  durationUs: 800 + ((n * 7_919) % 40_000),
  ttfbUs: 600 + ((n * 7_919) % 30_000),
  connection: n % CONNECTIONS,
  policy: 0,
  tenant: `tenant-${(n * 31) % TENANTS}`,
  method: n % 5 === 0 ? "POST" : "GET",
  path: `/v1/resource-${n % TEMPLATES}/${100_000 + n}`,
  template: `/v1/resource-${n % TEMPLATES}/{id}`,
  version: "1.1",
  serverAddress: "api.example.com",
  status: n % 50 === 0 ? 503 : 200,
  requestBytes: 420 + (n % 300),
  responseBytes: 1_300 + (n % 9_000),
  requestHeaders: {
    "x-request-id": [`0f8fad5b-d9cb-469f-a165-${String(n).padStart(12, "0")}`],
    "x-client-id": [`tenant-${(n * 31) % TENANTS}`],
    "user-agent": ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"],
    authorization: [consumerOf(n)],
  },
  responseHeaders: { "content-type": ["application/json; charset=utf-8"] },
});

const usageOf = (exchanges: readonly WireExchange[]): UsagePart[] => {
  const parts = new Map<string, { part: UsagePart; latency: Map<number, number>; tokens: number }>();
  for (const one of exchanges) {
    const consumer = one.requestHeaders?.["authorization"]?.[0] ?? "";
    const window = usageWindowStart(one.timeUs);
    const key = [one.tenant, one.template, one.method, one.status, consumer, window].join(" ");
    const held = parts.get(key) ?? {
      part: {
        windowStart: window,
        policy: 0,
        role: "server" as const,
        service: "nginx.service",
        tenant: one.tenant,
        template: one.template,
        method: one.method,
        status: one.status,
        consumer,
        dimensions: { "x-model-id": "large" },
        requests: 0,
        errors: 0,
        requestBytes: 0,
        responseBytes: 0,
        latency: [],
      },
      latency: new Map<number, number>(),
      tokens: 0,
    };
    held.part.requests += 1;
    held.tokens += one.requestBytes;
    held.part.errors += one.status === 503 ? 1 : 0;
    held.part.requestBytes += one.requestBytes;
    held.part.responseBytes += one.responseBytes;
    const bucket = latencyBucket(one.durationUs);
    held.latency.set(bucket, (held.latency.get(bucket) ?? 0) + 1);
    parts.set(key, held);
  }
  return [...parts.values()].map(({ part, latency, tokens }) => ({
    ...part,
    measures: { "x-tokens": tokens },
    latency: toHistogram(latency),
  }));
};

/** A batch of a busy agent: a quarter of a second of traffic from `startUs` on. */
export const gatewayBatch = (epoch: number, seq: number, startUs: number): Batch => {
  const first = (seq - 1) * EXCHANGES_PER_BATCH;
  const exchanges = Array.from({ length: EXCHANGES_PER_BATCH }, (_, i) =>
    exchange(first + i, startUs + (seq * USAGE_WINDOW_SECONDS * 1e6) / 40 + i * 250),
  );
  const batched = seq * EXCHANGES_PER_BATCH;
  return {
    v: 1,
    agentId: agentIdSchema.parse("bench"),
    epoch,
    seq,
    createdAtUs: startUs + seq * 250_000,
    completeUntilUs: startUs + seq * 250_000,
    host: { id: "0123456789abcdef", name: "gateway-1" },
    policies: [{ name: "gateway", revision: 7, report: true }],
    processes: [
      {
        pid: 4_242,
        executableName: "nginx",
        executablePath: "/usr/sbin/nginx",
        serviceName: "nginx.service",
      },
    ],
    connections: Array.from({ length: CONNECTIONS }, (_, i) => ({
      process: 0,
      role: "server" as const,
      source: "openssl",
      scheme: "https" as const,
      localAddress: "10.0.0.1",
      localPort: 443,
      peerAddress: `10.0.1.${i}`,
      peerPort: 40_000 + i,
    })),
    exchanges,
    usage: usageOf(exchanges),
    countedOnly: 0,
    ledger: { captured: batched, batched, lost: [], pending: 0 },
  };
};
