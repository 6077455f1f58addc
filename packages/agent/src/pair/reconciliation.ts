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
 * waits until all that was sent before has been taken, so that whatever the drop was about is here; asks the kernel which
 * connections live and how far they are; and waits once more, so that ends that were on their way are here: an exchange
 * that is over in the kernel and still open here then is lost, once.
 */
export class Reconciliation {
  private settled = 0;
  private phase: "idle" | "arriving" | "suspecting" = "idle";
  /** the count of drops that the phase is about, and the count of records that ends it */
  private dropped = 0;
  private awaited = 0;
  private suspects: { connection: Connection; exchanges: OpenExchange[] }[] = [];

  /** @param liveConnections asks the kernel; by connection id, those that live */
  constructor(
    private readonly pairing: ExchangePairing,
    private readonly liveConnections: () => ReadonlyMap<number, KernelProgress>,
  ) {}

  /**
   * Call it regularly; cheap as long as nothing was dropped.
   * @param read reads the counters now
   */
  step(read: () => RecordAccount): void {
    const now = read();
    if (this.phase === "idle" && now.dropped !== this.settled) {
      this.phase = "arriving";
      this.dropped = now.dropped;
      this.awaited = now.sent;
    }
    if (this.phase === "arriving" && now.received >= this.awaited) {
      this.look();
      this.phase = "suspecting";
      this.awaited = read().sent;
    }
    if (this.phase === "suspecting" && now.received >= this.awaited) {
      this.settle();
      this.settled = this.dropped;
      this.phase = "idle";
    }
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
