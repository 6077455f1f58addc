import type { ConnectionEndRecord, MessageEndRecord, ProcessRecord } from "../decode/end-records.js";
import type { MessageRecord } from "../decode/message-record.js";
import type { RecordBytes } from "../decode/record-bytes.js";
import { RecordDecoder, type RecordHandler } from "../decode/record-decoder.js";
import { ExchangePairing, type PairingOptions } from "./exchange-pairing.js";
import { type KernelProgress, Reconciliation } from "./reconciliation.js";

export interface ExchangeStreamOptions extends PairingOptions {
  /** a process began a program or ended; called once its exchanges have ended */
  onProcess(record: ProcessRecord): void;
  /** the record of a head came */
  onMessage?(pid: number): void;
  /** an exchange that the kernel was to count and had no room for; absent: none is counted */
  onSeries?(bytes: RecordBytes, start: number, end: number): boolean;
  /** the connections that the kernel follows now */
  liveConnections(): ReadonlyMap<number, KernelProgress>;
}

/** From the bytes of the ring to ended, governed exchanges. */
export class ExchangeStream implements RecordHandler {
  readonly pairing: ExchangePairing;
  readonly decoder: RecordDecoder;
  /** records other than requests that could not be read: as good as dropped */
  unreadable = 0;
  private readonly reconciliation: Reconciliation;

  constructor(private readonly options: ExchangeStreamOptions) {
    this.pairing = new ExchangePairing(options);
    this.decoder = new RecordDecoder(this);
    this.reconciliation = new Reconciliation(this.pairing, options.liveConnections);
  }

  /** A batch from the native session. Nothing of it is kept. */
  readonly take = (records: Uint8Array, count: number): void => this.decoder.decode(records, count);

  /**
   * Settles what dropped records left open; call it every second or so.
   * @param kernel reads the kernel's counters of records sent and dropped
   */
  reconcile(kernel: () => { sent: number; dropped: number }): void {
    this.reconciliation.step(() => {
      const { sent, dropped } = kernel();
      return { sent, dropped: dropped + this.unreadable, received: this.decoder.records };
    });
  }

  message(record: MessageRecord, bytes: RecordBytes): void {
    this.options.onMessage?.(record.pid);
    this.pairing.message(record, bytes);
  }

  messageEnd(record: MessageEndRecord): void {
    this.pairing.messageEnd(record);
  }

  connectionEnd(record: ConnectionEndRecord): void {
    this.pairing.connectionEnd(record);
  }

  process(record: ProcessRecord): void {
    if (record.kind !== "target") this.pairing.processEnd(record.pid, record.timeNs);
    this.options.onProcess(record);
  }

  series(bytes: RecordBytes, start: number, end: number): boolean {
    return this.options.onSeries?.(bytes, start, end) ?? false;
  }

  malformed(mayBeRequest: boolean): void {
    if (mayBeRequest) this.options.losses.add("decode", "malformed");
    else this.unreadable += 1;
  }
}
