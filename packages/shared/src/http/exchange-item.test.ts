import { expect, test } from "vitest";
import { type ExchangeFacts, exchangeItemSchema, toExchangeItem } from "./exchange-item.js";

const facts: ExchangeFacts = {
  id: "a1.7.1.0",
  agentId: "a1",
  host: { id: "h", name: "web-1" },
  exchange: {
    timeUs: 1_780_000_000_123_456,
    durationUs: 1_500,
    ttfbUs: 900,
    tenant: "acme",
    method: "GET",
    path: "/v1/items/7",
    template: "/v1/items/{id}",
    version: "1.1",
    serverAddress: "api.example.com:8443",
    status: 200,
    requestBytes: 120,
    responseBytes: 340,
    requestHeaders: {
      "user-agent": ["curl/8"],
      authorization: ["fp:00112233:00112233445566778899aabbccddeeff"],
    },
    responseHeaders: { "content-type": ["text/plain"] },
    flags: [],
  },
  connection: {
    role: "server",
    source: "openssl",
    scheme: "https",
    localAddress: "10.0.0.1",
    localPort: 443,
    peerAddress: "10.0.0.9",
    peerPort: 50_000,
  },
  process: { pid: 12, executableName: "nginx", serviceName: "nginx.service" },
  policy: { name: "gateway", revision: 3 },
};

test("an exchange becomes a flat object with OpenTelemetry's names", () => {
  const item = toExchangeItem(facts);
  expect(exchangeItemSchema.parse(item)).toEqual(item);
  expect(item).toMatchObject({
    time: "2026-05-28T20:26:40.123456Z",
    durationMs: 1.5,
    ttfbMs: 0.9,
    role: "server",
  });
  expect(item.attributes).toMatchObject({
    "server.address": "api.example.com",
    "server.port": 8443,
    "client.address": "10.0.0.9",
    "user_agent.original": "curl/8",
    "http.request.header.authorization": ["fp:00112233:00112233445566778899aabbccddeeff"],
    "http.response.header.content-type": ["text/plain"],
  });
  expect(item.attributes).not.toHaveProperty("error.type");
  expect(item.attributes).not.toHaveProperty("capture.flags");
});

test("the client is who is behind the proxies where that is known, the peer is the socket's in any case", () => {
  const behind = { ...facts, exchange: { ...facts.exchange, clientAddress: "2001:db8::7" } };
  expect(toExchangeItem(behind).attributes).toMatchObject({
    "client.address": "2001:db8::7",
    "network.peer.address": "10.0.0.9",
    "network.peer.port": 50_000,
  });
  const sent = { ...facts, connection: { ...facts.connection, role: "client" as const } };
  expect(toExchangeItem(sent).attributes["client.address"]).toBe("10.0.0.1");
});

test("the consumer is who the agent says, or the tenant where that is a fingerprint", () => {
  const [one, two] = [`fp:00112233:${"1".repeat(32)}`, `fp:00112233:${"2".repeat(32)}`];
  const consumerWith = (over: Partial<ExchangeFacts["exchange"]>) =>
    toExchangeItem({ ...facts, exchange: { ...facts.exchange, ...over } }).attributes["consumer.fingerprint"];
  expect(consumerWith({ consumer: one })).toBe(one);
  expect(consumerWith({ tenant: two })).toBe(two);
  expect(toExchangeItem(facts).attributes).not.toHaveProperty("consumer.fingerprint");
});

test("what the kernel measured is told in milliseconds, and what it did not is absent", () => {
  const measured = { arrivalDelayUs: 1_840, threadCpuUs: 0, rttUs: 214, retransmits: 0 };
  expect(toExchangeItem({ ...facts, exchange: { ...facts.exchange, ...measured } }).attributes).toMatchObject(
    {
      "capture.arrival_delay_ms": 1.84,
      "capture.thread_cpu_ms": 0,
      "capture.rtt_ms": 0.214,
      "capture.retransmits": 0,
    },
  );
  const names = Object.keys(toExchangeItem(facts).attributes);
  expect(names.filter((name) => /delay|cpu|rtt|retransmits/.test(name))).toEqual([]);
});

test("without a response there is no status and no time to first byte", () => {
  const { status: _status, ttfbUs: _ttfb, ...rest } = facts.exchange;
  const item = toExchangeItem({ ...facts, exchange: { ...rest, errorType: "connection_closed" } });
  expect(item.ttfbMs).toBeNull();
  expect(item.attributes).not.toHaveProperty("http.response.status_code");
  expect(item.attributes["error.type"]).toBe("connection_closed");
});

test.each([
  ["[::1]:443", "::1", 443],
  ["::1", "::1", undefined],
  ["example.com", "example.com", undefined],
])("authority %s", (serverAddress, address, port) => {
  const { localPort: _port, ...connection } = facts.connection;
  const { attributes } = toExchangeItem({
    ...facts,
    connection,
    exchange: { ...facts.exchange, serverAddress },
  });
  expect(attributes["server.address"]).toBe(address);
  expect(attributes["server.port"]).toBe(port);
});
