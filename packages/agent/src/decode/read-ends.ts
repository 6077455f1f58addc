import type { ConnectionEndRecord, MessageEndRecord } from "./end-records.js";
import type { RecordBytes } from "./record-bytes.js";
import { RECORD_CONNECTION_END, RECORD_HEADER, RECORD_MESSAGE_END } from "./record-layout.js";

const isWhole = (value: number): boolean => value <= Number.MAX_SAFE_INTEGER;

/** Fills `into` from a RECORD_MESSAGE_END. @returns false where the record contradicts itself */
export function readMessageEnd(
  bytes: RecordBytes,
  start: number,
  end: number,
  into: MessageEndRecord,
): boolean {
  if (end - start < RECORD_MESSAGE_END.bytes) return false;
  into.timeNs = bytes.u64(start + RECORD_HEADER.time_ns);
  into.pid = bytes.u32(start + RECORD_HEADER.pid);
  into.flags = bytes.u16(start + RECORD_HEADER.flags);
  into.connection = bytes.u64(start + RECORD_MESSAGE_END.connection);
  into.bytes = bytes.u64(start + RECORD_MESSAGE_END.bytes_seen);
  into.exchange = bytes.u32(start + RECORD_MESSAGE_END.exchange);
  const response = bytes.u8(start + RECORD_MESSAGE_END.response);
  into.response = response === 1;
  return response <= 1 && isWhole(into.connection) && isWhole(into.bytes);
}

/** Fills `into` from a RECORD_CONNECTION_END. @returns false where the record contradicts itself */
export function readConnectionEnd(
  bytes: RecordBytes,
  start: number,
  end: number,
  into: ConnectionEndRecord,
): boolean {
  if (end - start < RECORD_CONNECTION_END.bytes) return false;
  into.timeNs = bytes.u64(start + RECORD_HEADER.time_ns);
  into.pid = bytes.u32(start + RECORD_HEADER.pid);
  into.connection = bytes.u64(start + RECORD_CONNECTION_END.connection);
  into.requestBytes = bytes.u64(start + RECORD_CONNECTION_END.request_bytes);
  into.responseBytes = bytes.u64(start + RECORD_CONNECTION_END.response_bytes);
  into.nextRequest = bytes.u32(start + RECORD_CONNECTION_END.next_request);
  into.nextResponse = bytes.u32(start + RECORD_CONNECTION_END.next_response);
  into.reason = bytes.u8(start + RECORD_CONNECTION_END.reason);
  into.responseOpen = bytes.u8(start + RECORD_CONNECTION_END.response_open) !== 0;
  into.wholeAtEnd = bytes.u8(start + RECORD_CONNECTION_END.whole_at_end) !== 0;
  into.betweenChunks = bytes.u8(start + RECORD_CONNECTION_END.between_chunks) !== 0;
  return isWhole(into.connection) && isWhole(into.requestBytes) && isWhole(into.responseBytes);
}
