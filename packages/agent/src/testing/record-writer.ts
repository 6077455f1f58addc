import { AddressFamily, RecordFlag, RecordKind } from "../decode/record-enums.js";
import {
  RECORD_ALIGNMENT,
  RECORD_CONNECTION_END,
  RECORD_ELEMENT,
  RECORD_HEADER,
  RECORD_MESSAGE,
  RECORD_MESSAGE_END,
  RECORD_PROCESS,
  RECORD_SOCKET,
  RECORD_TIMINGS,
} from "../decode/record-layout.js";

/** Writes records as the kernel does, for tests and benchmarks. */

export interface ElementFields {
  rule: number;
  action: number;
  data?: Uint8Array | string;
  flags?: number;
  valueLength?: number;
  scheme?: number;
}

interface HeaderFields {
  flags?: number;
  timeNs?: number;
  pid?: number;
  generation?: number;
}

export interface MessageFields extends HeaderFields {
  connection?: number;
  exchange?: number;
  firstByteNs?: number;
  bytes?: number;
  governed?: bigint;
  role?: number;
  elements?: ElementFields[];
  timings?: {
    known: number;
    arrivalDelayNs?: number;
    threadCpuNs?: number;
    rttUs?: number;
    retransmits?: number;
  };
  socket?: { local: number[]; localPort: number; peer: number[]; peerPort: number };
}

export interface RequestFields extends MessageFields {
  method?: string;
  path?: string | Uint8Array;
  query?: string;
}

function header(size: number, kind: number, fields: HeaderFields): Buffer {
  const record = Buffer.alloc(size);
  record.writeUInt16LE(kind, RECORD_HEADER.kind);
  record.writeUInt16LE(fields.flags ?? 0, RECORD_HEADER.flags);
  record.writeUInt32LE(size, RECORD_HEADER.size);
  record.writeBigUInt64LE(BigInt(fields.timeNs ?? 2_000_000), RECORD_HEADER.time_ns);
  record.writeUInt32LE(fields.pid ?? 4242, RECORD_HEADER.pid);
  record.writeUInt32LE(fields.generation ?? 1, RECORD_HEADER.generation);
  return record;
}

function element(fields: ElementFields): Buffer {
  const data = Buffer.from(fields.data ?? "");
  const bytes = Buffer.alloc(RECORD_ELEMENT.bytes);
  bytes.writeUInt16LE(fields.rule, RECORD_ELEMENT.rule);
  bytes.writeUInt8(fields.action, RECORD_ELEMENT.action);
  bytes.writeUInt8(fields.flags ?? 0, RECORD_ELEMENT.flags);
  bytes.writeUInt16LE(fields.valueLength ?? data.length, RECORD_ELEMENT.value_length);
  bytes.writeUInt16LE(data.length, RECORD_ELEMENT.data_length);
  bytes.writeUInt8(fields.scheme ?? 0, RECORD_ELEMENT.scheme);
  return Buffer.concat([bytes, data]);
}

function timings(fields: MessageFields["timings"]): Buffer {
  if (fields === undefined) return Buffer.alloc(0);
  const bytes = Buffer.alloc(RECORD_TIMINGS.bytes);
  bytes.writeBigUInt64LE(BigInt(fields.arrivalDelayNs ?? 0), RECORD_TIMINGS.arrival_delay_ns);
  bytes.writeBigUInt64LE(BigInt(fields.threadCpuNs ?? 0), RECORD_TIMINGS.thread_cpu_ns);
  bytes.writeUInt32LE(fields.rttUs ?? 0, RECORD_TIMINGS.rtt_us);
  bytes.writeUInt32LE(fields.retransmits ?? 0, RECORD_TIMINGS.retransmits);
  bytes.writeUInt8(fields.known, RECORD_TIMINGS.known);
  return bytes;
}

function message(kind: number, fields: MessageFields, target: Buffer[], status: number): Buffer {
  const elements = (fields.elements ?? []).map(element);
  const tail = Buffer.concat([timings(fields.timings), ...target, ...elements]);
  const flags =
    (fields.flags ?? 0) |
    (fields.socket ? RecordFlag.RECORD_SOCKET : 0) |
    (fields.timings ? RecordFlag.RECORD_TIMINGS : 0);
  const record = header(RECORD_MESSAGE.bytes + tail.length, kind, { ...fields, flags });
  record.writeBigUInt64LE(BigInt(fields.connection ?? 1), RECORD_MESSAGE.connection);
  record.writeBigUInt64LE(BigInt(fields.firstByteNs ?? 1_000_000), RECORD_MESSAGE.first_byte_ns);
  record.writeBigUInt64LE(BigInt(fields.bytes ?? 100), RECORD_MESSAGE.bytes_seen);
  record.writeBigUInt64LE(fields.governed ?? 1n, RECORD_MESSAGE.governed);
  record.writeUInt32LE(fields.exchange ?? 0, RECORD_MESSAGE.exchange);
  record.writeUInt16LE(status, RECORD_MESSAGE.status);
  record.writeUInt16LE(elements.length, RECORD_MESSAGE.elements);
  record.writeUInt16LE(target[0]?.length ?? 0, RECORD_MESSAGE.method_length);
  record.writeUInt16LE(target[1]?.length ?? 0, RECORD_MESSAGE.path_length);
  record.writeUInt16LE(target[2]?.length ?? 0, RECORD_MESSAGE.query_length);
  record.writeUInt8(fields.role ?? 1, RECORD_MESSAGE.role);
  record.writeUInt8(1, RECORD_MESSAGE.source);
  record.writeUInt8(1, RECORD_MESSAGE.version_minor);
  if (fields.socket) writeSocket(record, fields.socket);
  tail.copy(record, RECORD_MESSAGE.bytes);
  return record;
}

function writeSocket(record: Buffer, socket: NonNullable<MessageFields["socket"]>): void {
  const at = RECORD_MESSAGE.socket;
  const family = socket.local.length === 4 ? AddressFamily.AF_INET : AddressFamily.AF_INET6;
  record.writeUInt16LE(family, at + RECORD_SOCKET.family);
  record.writeUInt16LE(socket.localPort, at + RECORD_SOCKET.local_port);
  record.writeUInt16LE(socket.peerPort, at + RECORD_SOCKET.peer_port);
  record.set(socket.local, at + RECORD_SOCKET.local);
  record.set(socket.peer, at + RECORD_SOCKET.peer);
}

export const requestRecord = (fields: RequestFields = {}): Buffer => {
  const target = [fields.method ?? "GET", fields.path ?? "/", fields.query ?? ""].map((part) =>
    Buffer.from(part),
  );
  return message(RecordKind.RECORD_REQUEST, { flags: RecordFlag.RECORD_COMPLETE, ...fields }, target, 0);
};

export const responseRecord = (fields: MessageFields & { status?: number } = {}): Buffer =>
  message(
    RecordKind.RECORD_RESPONSE,
    { flags: RecordFlag.RECORD_COMPLETE, firstByteNs: 1_500_000, ...fields },
    [],
    fields.status ?? 200,
  );

export function messageEndRecord(
  fields: HeaderFields & { connection?: number; exchange?: number; bytes?: number; response: boolean },
): Buffer {
  const record = header(RECORD_MESSAGE_END.bytes, RecordKind.RECORD_MESSAGE_END, fields);
  record.writeBigUInt64LE(BigInt(fields.connection ?? 1), RECORD_MESSAGE_END.connection);
  record.writeBigUInt64LE(BigInt(fields.bytes ?? 100), RECORD_MESSAGE_END.bytes_seen);
  record.writeUInt32LE(fields.exchange ?? 0, RECORD_MESSAGE_END.exchange);
  record.writeUInt8(fields.response ? 1 : 0, RECORD_MESSAGE_END.response);
  return record;
}

export interface ConnectionEndFields extends HeaderFields {
  connection?: number;
  nextRequest: number;
  nextResponse: number;
  requestBytes?: number;
  responseBytes?: number;
  reason?: number;
  responseOpen?: boolean;
  wholeAtEnd?: boolean;
  betweenChunks?: boolean;
}

export function connectionEndRecord(fields: ConnectionEndFields): Buffer {
  const record = header(RECORD_CONNECTION_END.bytes, RecordKind.RECORD_CONNECTION_END, fields);
  record.writeBigUInt64LE(BigInt(fields.connection ?? 1), RECORD_CONNECTION_END.connection);
  record.writeBigUInt64LE(BigInt(fields.requestBytes ?? 0), RECORD_CONNECTION_END.request_bytes);
  record.writeBigUInt64LE(BigInt(fields.responseBytes ?? 0), RECORD_CONNECTION_END.response_bytes);
  record.writeUInt32LE(fields.nextRequest, RECORD_CONNECTION_END.next_request);
  record.writeUInt32LE(fields.nextResponse, RECORD_CONNECTION_END.next_response);
  record.writeUInt8(fields.reason ?? 1, RECORD_CONNECTION_END.reason);
  record.writeUInt8(fields.responseOpen ? 1 : 0, RECORD_CONNECTION_END.response_open);
  record.writeUInt8(fields.wholeAtEnd ? 1 : 0, RECORD_CONNECTION_END.whole_at_end);
  record.writeUInt8(fields.betweenChunks ? 1 : 0, RECORD_CONNECTION_END.between_chunks);
  return record;
}

const PROCESS_KIND = {
  exec: RecordKind.RECORD_PROCESS_EXEC,
  exit: RecordKind.RECORD_PROCESS_EXIT,
  target: RecordKind.RECORD_PROCESS_TARGET,
};

export function processRecord(
  kind: keyof typeof PROCESS_KIND,
  fields: HeaderFields & { file?: string } = {},
): Buffer {
  const file = Buffer.from(fields.file ?? "");
  const record = header(RECORD_PROCESS.bytes + file.length, PROCESS_KIND[kind], { generation: 0, ...fields });
  record.writeUInt16LE(file.length, RECORD_PROCESS.file_length);
  record.write("worker", RECORD_PROCESS.command);
  file.copy(record, RECORD_PROCESS.bytes);
  return record;
}

/** Lays records end to end, each at a multiple of eight bytes, as the native session hands them over. */
export function batchOf(records: readonly Uint8Array[]): Buffer {
  const padded = records.map((record) => {
    const size = Math.ceil(record.length / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
    return Buffer.concat([record], size);
  });
  return Buffer.concat(padded);
}
