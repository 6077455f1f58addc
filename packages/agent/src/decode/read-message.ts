import type { MessageRecord } from "./message-record.js";
import type { RecordBytes } from "./record-bytes.js";
import { ElementAction, RecordFlag, RecordKind, RecordRole } from "./record-enums.js";
import {
  RECORD_ELEMENT,
  RECORD_HEADER,
  RECORD_MAX_ELEMENTS,
  RECORD_MESSAGE,
  RECORD_METHOD_MAX,
  RECORD_TARGET_MAX,
  RECORD_TIMINGS,
} from "./record-layout.js";

/** Fills `into` from a RECORD_REQUEST or RECORD_RESPONSE. @returns false where the record contradicts itself */
export function readMessage(bytes: RecordBytes, start: number, end: number, into: MessageRecord): boolean {
  if (end - start < RECORD_MESSAGE.bytes) return false;
  into.request = bytes.u16(start + RECORD_HEADER.kind) === RecordKind.RECORD_REQUEST;
  into.flags = bytes.u16(start + RECORD_HEADER.flags);
  into.timeNs = bytes.u64(start + RECORD_HEADER.time_ns);
  into.pid = bytes.u32(start + RECORD_HEADER.pid);
  into.generation = bytes.u32(start + RECORD_HEADER.generation);
  into.connection = bytes.u64(start + RECORD_MESSAGE.connection);
  into.firstByteNs = bytes.u64(start + RECORD_MESSAGE.first_byte_ns);
  into.bytes = bytes.u64(start + RECORD_MESSAGE.bytes_seen);
  into.governedLow = bytes.u32(start + RECORD_MESSAGE.governed);
  into.governedHigh = bytes.u32(start + RECORD_MESSAGE.governed + 4);
  into.exchange = bytes.u32(start + RECORD_MESSAGE.exchange);
  into.status = bytes.u16(start + RECORD_MESSAGE.status);
  into.role = bytes.u8(start + RECORD_MESSAGE.role);
  into.source = bytes.u8(start + RECORD_MESSAGE.source);
  into.tie = bytes.u8(start + RECORD_MESSAGE.tie);
  into.versionMinor = bytes.u8(start + RECORD_MESSAGE.version_minor);
  into.targetLength = bytes.u16(start + RECORD_MESSAGE.target_length);
  into.socketStart = start + RECORD_MESSAGE.socket;
  if (!isSane(into)) return false;
  return (
    readTimings(bytes, start, end, into) &&
    readTarget(bytes, start, end, into) &&
    readElements(bytes, start, end, into)
  );
}

function isSane(record: MessageRecord): boolean {
  if (record.connection > Number.MAX_SAFE_INTEGER || record.bytes > Number.MAX_SAFE_INTEGER) return false;
  if (record.role !== RecordRole.ROLE_SERVER && record.role !== RecordRole.ROLE_CLIENT) return false;
  return record.request || (record.status >= 100 && record.status <= 999);
}

/** Also finds where the rest begins, with and without them. */
function readTimings(bytes: RecordBytes, start: number, end: number, into: MessageRecord): boolean {
  const at = start + RECORD_MESSAGE.bytes;
  into.timings = 0;
  into.methodStart = at;
  if (!into.has(RecordFlag.RECORD_TIMINGS)) return true;
  into.methodStart += RECORD_TIMINGS.bytes;
  if (into.methodStart > end) return false;
  into.timings = bytes.u8(at + RECORD_TIMINGS.known);
  into.arrivalDelayNs = bytes.u64(at + RECORD_TIMINGS.arrival_delay_ns);
  into.threadCpuNs = bytes.u64(at + RECORD_TIMINGS.thread_cpu_ns);
  into.rttUs = bytes.u32(at + RECORD_TIMINGS.rtt_us);
  into.retransmits = bytes.u32(at + RECORD_TIMINGS.retransmits);
  return true;
}

function readTarget(bytes: RecordBytes, start: number, end: number, into: MessageRecord): boolean {
  const method = bytes.u16(start + RECORD_MESSAGE.method_length);
  const path = bytes.u16(start + RECORD_MESSAGE.path_length);
  const query = bytes.u16(start + RECORD_MESSAGE.query_length);
  if (method > RECORD_METHOD_MAX || path + query > RECORD_TARGET_MAX) return false;
  if (into.request ? method === 0 : method + path + query > 0) return false;
  into.methodEnd = into.methodStart + method;
  into.pathEnd = into.methodEnd + path;
  into.queryEnd = into.pathEnd + query;
  return into.queryEnd <= end;
}

function readElements(bytes: RecordBytes, start: number, end: number, into: MessageRecord): boolean {
  const count = bytes.u16(start + RECORD_MESSAGE.elements);
  if (count > RECORD_MAX_ELEMENTS) return false;
  let at = into.queryEnd;
  for (let index = 0; index < count; index += 1) {
    const dataStart = at + RECORD_ELEMENT.bytes;
    if (dataStart > end) return false;
    const dataEnd = dataStart + bytes.u16(at + RECORD_ELEMENT.data_length);
    if (dataEnd > end) return false;
    const action = bytes.u8(at + RECORD_ELEMENT.action);
    if (!dataFits(action, dataEnd - dataStart)) return false;
    into.elementRule[index] = bytes.u16(at + RECORD_ELEMENT.rule);
    into.elementAction[index] = action;
    into.elementFlags[index] = bytes.u8(at + RECORD_ELEMENT.flags);
    into.elementScheme[index] = bytes.u8(at + RECORD_ELEMENT.scheme);
    into.elementValueLength[index] = bytes.u16(at + RECORD_ELEMENT.value_length);
    into.elementSecretLength[index] = bytes.u16(at + RECORD_ELEMENT.secret_length);
    into.elementDataStart[index] = dataStart;
    into.elementDataEnd[index] = dataEnd;
    at = dataEnd;
  }
  into.elements = count;
  return true;
}

/** What an action may carry: anything else would be a value that nobody asked for in clear. */
function dataFits(action: number, length: number): boolean {
  switch (action) {
    case ElementAction.ELEMENT_KEEP:
      return true;
    case ElementAction.ELEMENT_MASK:
      return length === 0 || length === 8;
    case ElementAction.ELEMENT_FINGERPRINT:
      return length === 0 || length === 16;
    case ElementAction.ELEMENT_PRESENCE:
      return length === 0;
    default:
      return false;
  }
}
