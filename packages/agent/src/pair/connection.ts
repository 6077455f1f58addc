import type { CaptureSource, SocketTie } from "@masthead/shared/wire/exchange-words";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { RecordFlag, RecordRole, RecordSource, RecordTie } from "../decode/record-enums.js";
import type { ConnectionInfo, ProcessInfo } from "../exchange.js";
import type { OpenExchange } from "./open-exchange.js";
import { readSocket } from "./socket-addresses.js";

/** `capture.source` of an exchange. */
const SOURCE_NAMES: Readonly<Record<number, CaptureSource>> = {
  [RecordSource.SOURCE_OPENSSL]: "openssl",
  [RecordSource.SOURCE_GNUTLS]: "gnutls",
  [RecordSource.SOURCE_BORINGSSL]: "boringssl",
  [RecordSource.SOURCE_GO]: "go",
  [RecordSource.SOURCE_SOCKET]: "socket",
};

/** `capture.socket_tie` of an exchange. */
const TIE_NAMES: Readonly<Record<number, SocketTie>> = {
  [RecordTie.TIE_NESTED]: "nested_call",
  [RecordTie.TIE_ORDER]: "call_order",
  [RecordTie.TIE_DESCRIPTOR]: "descriptor",
  [RecordTie.TIE_HANDSHAKE]: "handshake",
};

/** A connection of a traced process: its open exchanges, oldest first, and what is known of it. */
export class Connection {
  readonly open: OpenExchange[] = [];
  info: ConnectionInfo;
  private hasSocket = false;

  constructor(
    readonly id: number,
    readonly pid: number,
    process: ProcessInfo,
    record: MessageRecord,
    bytes: RecordBytes,
  ) {
    this.info = {
      process,
      role: record.role === RecordRole.ROLE_SERVER ? "server" : "client",
      source: SOURCE_NAMES[record.source] ?? "unknown",
      scheme: record.source === RecordSource.SOURCE_SOCKET ? "http" : "https",
    };
    this.learn(record, bytes);
  }

  /** The socket is told by whichever record is first to know it. */
  learn(record: MessageRecord, bytes: RecordBytes): void {
    if (this.hasSocket || !record.has(RecordFlag.RECORD_SOCKET)) return;
    const addresses = readSocket(bytes, record.socketStart);
    if (addresses === null) return;
    this.hasSocket = true;
    const socketTie = TIE_NAMES[record.tie];
    this.info = { ...this.info, ...addresses, ...(socketTie !== undefined && { socketTie }) };
  }

  find(index: number): OpenExchange | undefined {
    for (const exchange of this.open) if (exchange.index === index) return exchange;
    return undefined;
  }

  remove(exchange: OpenExchange): void {
    if (this.open[0] === exchange) this.open.shift();
    else this.open.splice(this.open.indexOf(exchange), 1);
  }
}
