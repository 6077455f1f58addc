import type { Connection } from "./connection.js";
import type { ExchangePairing } from "./exchange-pairing.js";
import type { OpenExchange } from "./open-exchange.js";

/** How far the kernel is with a connection. */
export interface KernelProgress {
  /** exchanges below have had their response */
  nextResponse: number;
}

/** What the agent knows of records on their way, all at one moment. */
export interface RecordAccount {
  /** the kernel's COUNTER_RECORDS_DROPPED, and records other than requests that could not be read */
  dropped: number;
  /** the kernel's COUNTER_RECORDS_SENT */
  sent: number;
  /** records that were handed over and taken, readable or not */
  received: number;
}

/**
 * Settles exchanges whose end was dropped and whose connection says nothing more (promise no-silent-loss). After a drop it
 * asks the kernel which connections live and how far they are, then waits until every record that was sent before that
 * has been taken: an exchange that is over in the kernel and still open here then is lost, once.
 */
export class Reconciliation {
  private settled = 0;
  private suspects: { connection: Connection; exchanges: OpenExchange[] }[] = [];
  private waiting: { dropped: number; sent: number } | undefined;

  /** @param liveConnections asks the kernel; by connection id, those that live */
  constructor(
    private readonly pairing: ExchangePairing,
    private readonly liveConnections: () => ReadonlyMap<number, KernelProgress>,
  ) {}

  /**
   * Call it regularly; cheap as long as nothing was dropped.
   * @param read reads the counters now; called before and after the kernel's connections are looked at
   */
  step(read: () => RecordAccount): void {
    const before = read();
    if (this.waiting !== undefined) {
      if (before.received < this.waiting.sent) return;
      this.settle();
      this.settled = this.waiting.dropped;
      this.waiting = undefined;
    }
    if (before.dropped === this.settled) return;
    this.look();
    this.waiting = { dropped: before.dropped, sent: read().sent };
  }

  private look(): void {
    const live = this.liveConnections();
    for (const connection of this.pairing.connections) {
      const progress = live.get(connection.id);
      const over =
        progress === undefined
          ? connection.open.slice()
          : connection.open.filter((open) => open.index < progress.nextResponse);
      if (over.length > 0 || progress === undefined) this.suspects.push({ connection, exchanges: over });
    }
  }

  private settle(): void {
    for (const { connection, exchanges } of this.suspects) {
      for (const open of exchanges) if (connection.open.includes(open)) this.pairing.lose(connection, open);
      if (connection.open.length === 0) this.pairing.connections.delete(connection);
    }
    this.suspects = [];
  }
}
