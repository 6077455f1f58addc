import { z } from "zod";
import {
  agentIdSchema,
  epochSchema,
  fingerprintSchema,
  OTHER_SERIES,
  seqSchema,
  TENANT_ID_MAX_CHARACTERS,
} from "../ids.js";
import { isConsumerSketch } from "../usage/consumer-sketch.js";
import { ledgerSchema } from "./ledger.js";

/** A batch is one NATS message: gzip of the UTF-8 JSON of this shape. */

export const BATCH_MAX_COMPRESSED_BYTES = 900_000;
export const BATCH_MAX_BYTES = 16 * 1024 * 1024;
export const BATCH_MAX_EXCHANGES = 2_000;

const micros = z.int().nonnegative();
const count = z.int().nonnegative();
const index = z.int().nonnegative();
const text = (max: number) => z.string().max(max);

export const roleSchema = z.enum(["server", "client"]);
export type Role = z.infer<typeof roleSchema>;

const policyRefSchema = z.object({ name: text(128), revision: count, report: z.boolean() });

const processSchema = z.object({
  pid: count,
  executableName: text(256),
  executablePath: text(4096).optional(),
  containerId: text(128).optional(),
  serviceName: text(256),
});

const connectionSchema = z.object({
  process: index,
  role: roleSchema,
  source: text(32),
  scheme: z.enum(["http", "https"]),
  localAddress: text(64).optional(),
  localPort: z.int().min(0).max(65535).optional(),
  peerAddress: text(64).optional(),
  peerPort: z.int().min(0).max(65535).optional(),
  /** how the addresses are known to be this connection's: `nested_call`, `call_order`, `handshake`, `descriptor` */
  socketTie: text(32).optional(),
});

/** Values of one header, one per occurrence: kept as they are, or `fp:…`, `mask:…`, `present:…`. */
const headersSchema = z.record(text(64), z.array(text(16_384)).max(256));

/** One exchange. Indices point into the tables of its batch. */
export const exchangeSchema = z.object({
  /** when it ended */
  timeUs: micros,
  durationUs: micros,
  /** request's first byte to the final response's first; absent without a response */
  ttfbUs: micros.optional(),
  connection: index,
  policy: index,
  tenant: text(TENANT_ID_MAX_CHARACTERS),
  method: text(64),
  path: text(8192),
  query: text(8192).optional(),
  template: text(1024),
  /** HTTP version, `1.1` */
  version: text(8),
  serverAddress: text(1024).optional(),
  /** who is behind the trusted proxies that the policy names; absent: the peer */
  clientAddress: text(64).optional(),
  status: z.int().min(100).max(999).optional(),
  errorType: text(64).optional(),
  requestBytes: count,
  responseBytes: count,
  /** from when the request's first byte could be read at the socket to when the application had read it */
  arrivalDelayUs: micros.optional(),
  /** CPU time of the thread that read the request, until it began to write the response */
  threadCpuUs: micros.optional(),
  /** of the connection when the response was read or written, as TCP smoothed it */
  rttUs: micros.optional(),
  /** segments that this host sent again since the connection began */
  retransmits: count.optional(),
  /** who called, by the credential's fingerprint; absent: unknown */
  consumer: fingerprintSchema.optional(),
  requestHeaders: headersSchema.optional(),
  responseHeaders: headersSchema.optional(),
  flags: z.array(text(32)).max(16).optional(),
});
export type WireExchange = z.infer<typeof exchangeSchema>;

/** What was counted of one series in one ten-second window since the batch before; additive. */
export const usagePartSchema = z.object({
  /** Unix seconds, a multiple of ten */
  windowStart: count,
  policy: index,
  role: roleSchema,
  service: text(256),
  tenant: text(TENANT_ID_MAX_CHARACTERS),
  template: text(1024),
  method: text(64),
  /** absent: no response */
  status: z.int().min(100).max(999).optional(),
  /** the policy's header dimensions */
  dimensions: z.record(text(64), text(1024).nullable()).optional(),
  /** who called, by the credential's fingerprint; `__other__` where series were too many; absent: unknown */
  consumer: z.union([fingerprintSchema, z.literal(OTHER_SERIES)]).optional(),
  /** of a part whose consumer is `__other__`: a sketch of those that it counts; see usage/consumer-sketch */
  consumers: z.custom<number[]>(isConsumerSketch, "a sketch of consumers").optional(),
  requests: count,
  errors: count,
  requestBytes: count,
  responseBytes: count,
  measures: z.record(text(64), z.number()).optional(),
  /** latency histogram: bucket and count, ascending; see usage/histogram */
  latency: z.array(z.tuple([z.int(), count])).max(4096),
});
export type UsagePart = z.infer<typeof usagePartSchema>;

export const batchSchema = z.object({
  v: z.literal(1),
  agentId: agentIdSchema,
  epoch: epochSchema,
  seq: seqSchema,
  createdAtUs: micros,
  /** every exchange of this agent that ended before is in this batch or an earlier one */
  completeUntilUs: micros,
  host: z.object({ id: text(128), name: text(256) }),
  policies: z.array(policyRefSchema).max(1024),
  processes: z.array(processSchema).max(65_536),
  connections: z.array(connectionSchema).max(65_536),
  exchanges: z.array(exchangeSchema).max(BATCH_MAX_EXCHANGES),
  usage: z.array(usagePartSchema).max(100_000),
  /** exchanges that this batch's usage counts and `exchanges` leaves out, because they were sampled or counted in the kernel */
  countedOnly: count,
  ledger: ledgerSchema,
});
export type Batch = z.infer<typeof batchSchema>;
/** A batch without its exchanges. */
export type BatchHead = Omit<Batch, "exchanges">;
