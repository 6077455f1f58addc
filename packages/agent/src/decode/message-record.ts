import { RecordFlag } from "./record-enums.js";
import { RECORD_MAX_ELEMENTS } from "./record-layout.js";

/**
 * A request or response head as a record told it. The decoder fills the same object again and again: who wants to keep
 * something copies it. Ranges are offsets into the batch.
 */
export class MessageRecord {
  request = false;
  /** of {@link RecordFlag} */
  flags = 0;
  /** when the record was made, nanoseconds of CLOCK_MONOTONIC */
  timeNs = 0;
  pid = 0;
  generation = 0;
  connection = 0;
  firstByteNs = 0;
  bytes = 0;
  /** target items 0 to 31 and 32 to 63, each an unsigned 32-bit mask */
  governedLow = 0;
  governedHigh = 0;
  exchange = 0;
  status = 0;
  role = 0;
  source = 0;
  versionMinor = 0;
  /** of {@link RecordTie}: how the socket is known */
  tie = 0;
  /** of {@link RecordTiming}: which of the next four say something */
  timings = 0;
  arrivalDelayNs = 0;
  threadCpuNs = 0;
  rttUs = 0;
  retransmits = 0;
  methodStart = 0;
  methodEnd = 0;
  pathEnd = 0;
  queryEnd = 0;
  /** bytes of path and query as they were sent */
  targetLength = 0;
  /** offset of struct record_socket */
  socketStart = 0;

  elements = 0;
  readonly elementRule = new Uint16Array(RECORD_MAX_ELEMENTS);
  readonly elementAction = new Uint8Array(RECORD_MAX_ELEMENTS);
  readonly elementFlags = new Uint8Array(RECORD_MAX_ELEMENTS);
  readonly elementScheme = new Uint8Array(RECORD_MAX_ELEMENTS);
  readonly elementValueLength = new Uint16Array(RECORD_MAX_ELEMENTS);
  readonly elementSecretLength = new Uint16Array(RECORD_MAX_ELEMENTS);
  readonly elementDataStart = new Uint32Array(RECORD_MAX_ELEMENTS);
  readonly elementDataEnd = new Uint32Array(RECORD_MAX_ELEMENTS);

  /** no MESSAGE_END follows */
  get complete(): boolean {
    return (this.flags & RecordFlag.RECORD_COMPLETE) !== 0;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}
