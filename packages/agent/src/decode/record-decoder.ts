import { ByteText } from "./byte-text.js";
import { ConnectionEndRecord, MessageEndRecord, type ProcessRecord } from "./end-records.js";
import { MessageRecord } from "./message-record.js";
import { readConnectionEnd, readMessageEnd } from "./read-ends.js";
import { readMessage } from "./read-message.js";
import { readProcess } from "./read-process.js";
import { RecordBytes } from "./record-bytes.js";
import { RecordKind } from "./record-enums.js";
import { RECORD_ALIGNMENT, RECORD_HEADER, RECORD_MAX_BYTES } from "./record-layout.js";

/** Who takes the records. Objects are valid only during the call. */
export interface RecordHandler {
  message(record: MessageRecord, bytes: RecordBytes): void;
  messageEnd(record: MessageEndRecord): void;
  connectionEnd(record: ConnectionEndRecord): void;
  process(record: ProcessRecord): void;
  /** a series of one exchange: struct record_series. @returns false where it cannot be read; absent: none can */
  series?(bytes: RecordBytes, start: number, end: number): boolean;
  /**
   * A record that could not be read. One that may have been a request is an exchange lost (decode/malformed); any other
   * is as good as dropped, and pairing settles what it meant.
   */
  malformed(mayBeRequest: boolean): void;
}

/** Takes batches of records apart. Nothing in a record is trusted (its lengths least), nothing throws out of a batch. */
export class RecordDecoder {
  /** records taken, malformed ones included */
  records = 0;
  /** of these, requests, and what may have been one */
  requests = 0;
  /** what a handler threw last; a defect, reported as the agent's health */
  lastFault: unknown;
  private readonly messageRecord = new MessageRecord();
  private readonly messageEndRecord = new MessageEndRecord();
  private readonly connectionEndRecord = new ConnectionEndRecord();
  private readonly text = new ByteText();

  constructor(private readonly handler: RecordHandler) {}

  /**
   * @param records `count` records laid end to end, each starting at a multiple of eight bytes
   * @param count how many there are
   */
  decode(records: Uint8Array, count: number): void {
    const bytes = new RecordBytes(records);
    let at = 0;
    for (let left = count; left > 0; left -= 1) {
      this.records += 1;
      const size = at + RECORD_HEADER.bytes <= bytes.length ? bytes.u32(at + RECORD_HEADER.size) : 0;
      if (size < RECORD_HEADER.bytes || size > RECORD_MAX_BYTES || at + size > bytes.length) {
        this.abandon(left);
        return;
      }
      this.one(bytes, at, at + size);
      at += Math.ceil(size / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
    }
  }

  /** The rest of a batch whose framing is lost. */
  private abandon(left: number): void {
    this.records += left - 1;
    this.requests += left;
    for (; left > 0; left -= 1) this.handler.malformed(true);
  }

  private one(bytes: RecordBytes, start: number, end: number): void {
    const kind = bytes.u16(start + RECORD_HEADER.kind);
    if (mayBeRequest(kind)) this.requests += 1;
    try {
      if (!this.dispatch(kind, bytes, start, end)) this.handler.malformed(mayBeRequest(kind));
    } catch (fault) {
      this.lastFault = fault;
      this.handler.malformed(mayBeRequest(kind));
    }
  }

  private dispatch(kind: number, bytes: RecordBytes, start: number, end: number): boolean {
    switch (kind) {
      case RecordKind.RECORD_REQUEST:
      case RecordKind.RECORD_RESPONSE:
        if (!readMessage(bytes, start, end, this.messageRecord)) return false;
        this.handler.message(this.messageRecord, bytes);
        return true;
      case RecordKind.RECORD_MESSAGE_END:
        if (!readMessageEnd(bytes, start, end, this.messageEndRecord)) return false;
        this.handler.messageEnd(this.messageEndRecord);
        return true;
      case RecordKind.RECORD_CONNECTION_END:
        if (!readConnectionEnd(bytes, start, end, this.connectionEndRecord)) return false;
        this.handler.connectionEnd(this.connectionEndRecord);
        return true;
      case RecordKind.RECORD_PROCESS_EXEC:
      case RecordKind.RECORD_PROCESS_EXIT:
      case RecordKind.RECORD_PROCESS_TARGET: {
        const record = readProcess(bytes, start, end, this.text);
        if (record === null) return false;
        this.handler.process(record);
        return true;
      }
      case RecordKind.RECORD_SERIES:
        return this.handler.series?.(bytes, start, end) ?? false;
      default:
        return false;
    }
  }
}

const mayBeRequest = (kind: number): boolean =>
  kind < RecordKind.RECORD_RESPONSE ||
  (kind > RecordKind.RECORD_PROCESS_EXIT && kind !== RecordKind.RECORD_PROCESS_TARGET);
