import type { ConnectionInfo, Exchange, GoverningPolicy, ProcessInfo } from "../exchange.js";

export const process: ProcessInfo = {
  pid: 100,
  executableName: "nginx",
  executablePath: "/usr/sbin/nginx",
  serviceName: "nginx.service",
};

export const connection: ConnectionInfo = {
  process,
  role: "server",
  source: "openssl",
  scheme: "https",
  localAddress: "127.0.0.1",
  localPort: 443,
  peerAddress: "127.0.0.1",
  peerPort: 50_000,
};

export const policy: GoverningPolicy = {
  name: "default",
  revision: 1,
  report: true,
  sampling: { exchanges: 1, always: [] },
};

/** A plain exchange, and what of it is to be different. */
export const makeExchange = (different: Partial<Exchange> = {}): Exchange => ({
  timeUs: 1_780_000_000_000_000,
  durationUs: 1_500,
  ttfbUs: 1_000,
  connection,
  policy,
  tenant: "acme",
  method: "GET",
  path: "/v1/items/7",
  version: "1.1",
  serverAddress: "api.example.com",
  status: 200,
  requestBytes: 120,
  responseBytes: 340,
  requestHeaders: { "user-agent": ["curl/8"], "x-request-id": ["r-1"] },
  flags: [],
  ...different,
});
