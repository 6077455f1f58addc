import type { ConnectionEndRecord, MessageEndRecord } from "../decode/end-records.js";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { RecordFlag } from "../decode/record-enums.js";
import type { Exchange, ProcessInfo } from "../exchange.js";
import { ExchangeFlag } from "../govern/exchange-flags.js";
import type { LossCounts } from "../losses.js";
import { Connection } from "./connection.js";
import { atConnectionEnd, atProcessEnd, type Outcome } from "./connection-end-outcome.js";
import { ConnectionTable } from "./connection-table.js";
import { completeExchange } from "./exchange-completion.js";
import type { Governing } from "./governing.js";
import { OpenExchange } from "./open-exchange.js";

/** Open exchanges at most; one takes about a kilobyte. */
export const MAX_OPEN_EXCHANGES = 32_768;
/** Connections that are remembered at most, open exchanges or not; never less than open exchanges. */
export const MAX_CONNECTIONS = 65_536;

export interface PairingOptions {
  governing: Governing;
  /** what is known of a process; asked once per connection */
  processOf(pid: number): ProcessInfo;
  /** Unix microseconds of a CLOCK_MONOTONIC time in nanoseconds */
  unixUs(monotonicNs: number): number;
  onExchange(exchange: Exchange): void;
  /** takes pairing/full and ring/response_lost (promise no-silent-loss) */
  losses: LossCounts;
  maxOpenExchanges?: number;
  maxConnections?: number;
}

/**
 * Joins the records of a request and its response by (connection, exchange), never by order of arrival. Records of one
 * connection do arrive in order (the ring is ordered over CPUs, and a TLS object is used by one thread at a time), so a
 * later record is proof that an earlier one, had it been sent, would be here: that is how dropped records are noticed. An
 * end that comes before its response is kept all the same. Every exchange that is opened here ends in exactly one of
 * `onExchange` and `losses`.
 */
export class ExchangePairing {
  /** open exchanges: of the ledger's `pending` */
  pending = 0;
  /** requests that no policy governs; the kernel counted them as captured, the ledger's `captured` is without them */
  ungoverned = 0;
  /** heads that came a second time; of requests these are lost as decode/malformed, of responses ignored */
  anomalies = 0;
  readonly connections: ConnectionTable;
  private readonly maxOpen: number;

  constructor(private readonly options: PairingOptions) {
    this.maxOpen = options.maxOpenExchanges ?? MAX_OPEN_EXCHANGES;
    this.connections = new ConnectionTable(Math.max(options.maxConnections ?? MAX_CONNECTIONS, this.maxOpen));
  }

  message(record: MessageRecord, bytes: RecordBytes): void {
    if (record.request) this.request(record, bytes);
    else this.response(record, bytes);
  }

  private request(record: MessageRecord, bytes: RecordBytes): void {
    const known = this.connections.get(record.connection);
    if (known !== undefined && known.open.length > 0) this.requestFollows(known, record);
    const governed = this.options.governing.request(record, bytes);
    if (governed === null) {
      this.ungoverned += 1;
      return;
    }
    if (this.pending >= this.maxOpen) {
      this.options.losses.add("pairing", "full");
      return;
    }
    const connection = known ?? this.connect(record, bytes);
    if (connection.find(record.exchange) !== undefined) {
      this.anomalies += 1;
      this.options.losses.add("decode", "malformed");
      return;
    }
    connection.learn(record, bytes);
    governed.exchange.connection = connection.info;
    connection.open.push(
      new OpenExchange(record.exchange, governed, record.firstByteNs, record.bytes, record.complete),
    );
    this.pending += 1;
  }

  private connect(record: MessageRecord, bytes: RecordBytes): Connection {
    const process = this.options.processOf(record.pid);
    return this.connections.add(new Connection(record.connection, record.pid, process, record, bytes));
  }

  private response(record: MessageRecord, bytes: RecordBytes): void {
    const connection = this.connections.get(record.connection);
    if (connection === undefined || connection.open.length === 0) return;
    this.responseFollows(connection, record.exchange);
    const open = connection.find(record.exchange);
    if (open === undefined) return;
    if (open.hasResponse) {
      this.anomalies += 1;
      return;
    }
    open.status = record.status;
    open.responseFirstByteNs = record.firstByteNs;
    open.responseBytes = Math.max(open.responseBytes, record.bytes);
    open.responseComplete ||= record.complete;
    connection.learn(record, bytes);
    open.exchange.connection = connection.info;
    this.options.governing.response(open.governed, record, bytes);
    if (open.ended || record.has(RecordFlag.RECORD_TUNNEL)) this.finish(connection, open, record.timeNs);
  }

  messageEnd(record: MessageEndRecord): void {
    const connection = this.connections.get(record.connection);
    if (connection === undefined || connection.open.length === 0) return;
    if (record.response) this.responseFollows(connection, record.exchange);
    const open = connection.find(record.exchange);
    if (open === undefined) return;
    open.governed.flags |= record.flags;
    if (record.response) {
      open.responseComplete = true;
      open.responseBytes = record.bytes;
    } else {
      open.requestComplete = true;
      open.requestBytes = record.bytes;
    }
    if (open.ended) this.finish(connection, open, record.timeNs);
  }

  connectionEnd(record: ConnectionEndRecord): void {
    const connection = this.connections.get(record.connection);
    if (connection === undefined) return;
    for (const open of connection.open.slice()) {
      this.settle(connection, open, atConnectionEnd(open, record), record.timeNs);
    }
    this.connections.delete(connection);
  }

  /** A process ended or began another program: what the kernel did not end by itself ends here. */
  processEnd(pid: number, timeNs: number): void {
    for (const connection of this.connections.ofProcess(pid)) {
      for (const open of connection.open.slice()) {
        this.settle(connection, open, atProcessEnd(open), timeNs);
      }
      this.connections.delete(connection);
    }
  }

  /** Gives up an exchange of which a record was dropped. */
  lose(connection: Connection, open: OpenExchange): void {
    connection.remove(open);
    this.pending -= 1;
    this.options.losses.add("ring", "response_lost");
  }

  private settle(connection: Connection, open: OpenExchange, outcome: Outcome, timeNs: number): void {
    if (outcome === "lost") this.lose(connection, open);
    else this.finish(connection, open, timeNs, outcome.errorType);
  }

  private finish(connection: Connection, open: OpenExchange, endNs: number, errorType?: string): void {
    connection.remove(open);
    this.pending -= 1;
    completeExchange(open, endNs, this.options.unixUs(endNs), errorType);
    this.options.onExchange(open.exchange);
  }

  /** A request began, so the ones before it on its connection have ended: an end that is not here was dropped. */
  private requestFollows(connection: Connection, record: MessageRecord): void {
    for (let at = 0; at < connection.open.length; ) {
      const open = connection.open[at] as OpenExchange;
      if (open.requestComplete || open.index >= record.exchange) at += 1;
      else if (record.has(RecordFlag.RECORD_GAP_BEFORE)) {
        // The kernel lost its place within that request's body: there never was an end to send.
        open.requestComplete = true;
        open.governed.flags |= ExchangeFlag.REQUEST_INCOMPLETE;
        if (open.ended) this.finish(connection, open, record.timeNs);
        else at += 1;
      } else this.lose(connection, open);
    }
  }

  /** Responses come in order: one of a later exchange means that the earlier ones had theirs. */
  private responseFollows(connection: Connection, index: number): void {
    for (let at = 0; at < connection.open.length; ) {
      const open = connection.open[at] as OpenExchange;
      if (open.index >= index || (open.hasResponse && open.responseComplete)) at += 1;
      else this.lose(connection, open);
    }
  }
}
