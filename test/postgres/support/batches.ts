import { gzipSync } from "node:zlib";
import { agentIdSchema } from "@masthead/shared/ids";
import { usageWindowStart } from "@masthead/shared/time";
import { latencyBucket } from "@masthead/shared/usage/histogram";
import type { Batch, UsagePart, WireExchange } from "@masthead/shared/wire/batch";

/** A time that tests take for now: noon of a day. */
export const NOON_US = Date.UTC(2026, 5, 15, 12) * 1000;

export interface BatchOptions {
  agentId?: string;
  epoch?: number;
  seq: number;
  /** of each exchange; what is not said is taken from a plain one */
  exchanges: Partial<WireExchange>[];
  countedOnly?: number;
  change?: (batch: Batch) => void;
}

export const plainExchange = (over: Partial<WireExchange> = {}): WireExchange => ({
  timeUs: NOON_US - 30_000_000,
  durationUs: 1_500,
  ttfbUs: 900,
  connection: 0,
  policy: 0,
  tenant: "acme",
  method: "GET",
  path: "/v1/things/7",
  template: "/v1/things/{id}",
  version: "1.1",
  serverAddress: "api.example.com",
  status: 200,
  requestBytes: 300,
  responseBytes: 700,
  requestHeaders: { "x-request-id": ["r-1"] },
  ...over,
});

const partOf = (exchange: WireExchange): UsagePart => ({
  windowStart: usageWindowStart(exchange.timeUs),
  policy: exchange.policy,
  role: exchange.connection === 1 ? "client" : "server",
  service: "web",
  tenant: exchange.tenant,
  template: exchange.template,
  method: exchange.method,
  ...(exchange.status === undefined ? {} : { status: exchange.status }),
  ...(exchange.consumer === undefined ? {} : { consumer: exchange.consumer }),
  requests: 1,
  errors: exchange.status === undefined || exchange.status >= 500 ? 1 : 0,
  requestBytes: exchange.requestBytes,
  responseBytes: exchange.responseBytes,
  latency: [[latencyBucket(exchange.durationUs), 1]],
});

/** A batch as an agent makes it: usage counts its exchanges, the ledger balances. Connection 0 is server, 1 client. */
export const makeBatch = (options: BatchOptions): Batch => {
  const exchanges = options.exchanges.map(plainExchange);
  const countedOnly = options.countedOnly ?? 0;
  const usage = exchanges.map(partOf);
  for (let i = 0; i < countedOnly; i++) usage.push(partOf(plainExchange()));
  const process = { pid: 7, executableName: "web", serviceName: "web" };
  const batch: Batch = {
    v: 1,
    agentId: agentIdSchema.parse(options.agentId ?? "agent-1"),
    epoch: options.epoch ?? 1_000,
    seq: options.seq,
    createdAtUs: NOON_US + options.seq,
    completeUntilUs: NOON_US - 1_000_000 + options.seq,
    host: { id: "h1", name: "host-1" },
    policies: [
      { name: "default", revision: 3, report: true },
      { name: "internal", revision: 4, report: false },
    ],
    processes: [process],
    connections: [
      { process: 0, role: "server", source: "openssl", scheme: "https", localPort: 443 },
      { process: 0, role: "client", source: "openssl", scheme: "https" },
    ],
    exchanges,
    usage,
    countedOnly,
    ledger: {
      captured: exchanges.length + countedOnly,
      batched: exchanges.length + countedOnly,
      lost: [],
      pending: 0,
    },
  };
  options.change?.(batch);
  return batch;
};

export const encode = (value: unknown): Uint8Array => gzipSync(JSON.stringify(value));
