import { z } from "zod";
import { toRfc3339 } from "../time.js";
import { type Batch, roleSchema, type WireExchange } from "../wire/batch.js";
import { consumerOf } from "./exchange-consumer.js";

type WireConnection = Batch["connections"][number];
type WireProcess = Batch["processes"][number];
type WirePolicy = Batch["policies"][number];

/** One exchange with what its batch's tables say of it: the source of a REST item. */
export interface ExchangeFacts {
  id: string;
  agentId: string;
  host: { id: string; name: string };
  exchange: Omit<WireExchange, "connection" | "policy">;
  connection: Omit<WireConnection, "process">;
  process: WireProcess;
  policy: Pick<WirePolicy, "name" | "revision">;
}

const attributeSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** An item of `GET /v1/exchanges`, and a line of `masthead-agent trace --json`. */
export const exchangeItemSchema = z.object({
  id: z.string().describe("stable and unique; opaque"),
  time: z.string().describe("when it ended: RFC 3339 in UTC with microseconds"),
  durationMs: z.number().describe("request's first byte to the end"),
  ttfbMs: z
    .number()
    .nullable()
    .describe("request's first byte to the final response's first; null without a response"),
  role: roleSchema.describe("`server`: the host received the request; `client`: it sent it"),
  attributes: z
    .record(z.string(), attributeSchema)
    .describe(
      "one flat object, named by OpenTelemetry's semantic conventions; what is unknown is absent. `consumer.fingerprint` is who called, by the fingerprint of a credential",
    ),
});
export type ExchangeItem = z.infer<typeof exchangeItemSchema>;

const REDACTED = /^(?:fp|mask|present):/;
const PORT = /^(.*?)(?::(\d{1,5}))?$/s;

/** Splits an authority (`api.example.com:8443`, `[::1]:443`) into address and port. */
function splitAuthority(authority: string): { address: string; port?: number } {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(authority);
  const found = bracketed ?? (authority.split(":").length > 2 ? null : PORT.exec(authority));
  const port = found?.[2];
  return { address: found?.[1] ?? authority, ...(port === undefined ? {} : { port: Number(port) }) };
}

const inMilliseconds = (us: number | undefined): number | undefined =>
  us === undefined ? undefined : us / 1000;

/**
 * The one mapping from an exchange to what people read of it, in the API and in `trace` alike. Names are
 * OpenTelemetry's; unknown attributes are left out. Pure; throws nothing.
 */
export function toExchangeItem(facts: ExchangeFacts): ExchangeItem {
  const { exchange, connection, process, policy, host } = facts;
  const server = connection.role === "server";
  const authority = exchange.serverAddress === undefined ? undefined : splitAuthority(exchange.serverAddress);
  const userAgent = exchange.requestHeaders?.["user-agent"]?.[0];
  const known: Record<string, string | number | string[] | undefined> = {
    "http.request.method": exchange.method,
    "url.scheme": connection.scheme,
    "url.path": exchange.path,
    "url.query": exchange.query,
    "url.template": exchange.template,
    "http.response.status_code": exchange.status,
    "error.type": exchange.errorType,
    "http.request.size": exchange.requestBytes,
    "http.response.size": exchange.status === undefined ? undefined : exchange.responseBytes,
    "network.protocol.name": "http",
    "network.protocol.version": exchange.version,
    "server.address": authority?.address ?? (server ? connection.localAddress : connection.peerAddress),
    "server.port": authority?.port ?? (server ? connection.localPort : connection.peerPort),
    "client.address": exchange.clientAddress ?? (server ? connection.peerAddress : connection.localAddress),
    "network.local.address": connection.localAddress,
    "network.local.port": connection.localPort,
    "network.peer.address": connection.peerAddress,
    "network.peer.port": connection.peerPort,
    "user_agent.original": userAgent === undefined || REDACTED.test(userAgent) ? undefined : userAgent,
    "tenant.id": exchange.tenant,
    "consumer.fingerprint": consumerOf(exchange),
    "service.name": process.serviceName,
    "process.pid": process.pid,
    "process.executable.name": process.executableName,
    "process.executable.path": process.executablePath,
    "container.id": process.containerId,
    "host.id": host.id,
    "host.name": host.name,
    "agent.id": facts.agentId,
    "policy.name": policy.name,
    "policy.revision": policy.revision,
    "capture.source": connection.source,
    "capture.socket_tie": connection.socketTie,
    "capture.arrival_delay_ms": inMilliseconds(exchange.arrivalDelayUs),
    "capture.thread_cpu_ms": inMilliseconds(exchange.threadCpuUs),
    "capture.rtt_ms": inMilliseconds(exchange.rttUs),
    "capture.retransmits": exchange.retransmits,
    "capture.flags": exchange.flags?.length ? exchange.flags : undefined,
  };
  const attributes: ExchangeItem["attributes"] = {};
  for (const [name, value] of Object.entries(known)) if (value !== undefined) attributes[name] = value;
  for (const [name, values] of Object.entries(exchange.requestHeaders ?? {}))
    attributes[`http.request.header.${name}`] = values;
  for (const [name, values] of Object.entries(exchange.responseHeaders ?? {}))
    attributes[`http.response.header.${name}`] = values;
  return {
    id: facts.id,
    time: toRfc3339(exchange.timeUs),
    durationMs: exchange.durationUs / 1000,
    ttfbMs: exchange.ttfbUs === undefined ? null : exchange.ttfbUs / 1000,
    role: connection.role,
    attributes,
  };
}
