import type { Watermark } from "@masthead/shared/wire/watermark";
import { inOrder, type SpooledBatch } from "./spool.js";

export type OutboxEntry = SpooledBatch & {
  state: "waiting" | "in_flight" | "sent";
  attempts: number;
  sentAtMs: number;
};

const keyOf = (epoch: number, seq: number): string => `${epoch}.${seq}`;

/** Which spooled batches are to be sent, on their way, and sent but not committed. Pure bookkeeping. */
export class Outbox {
  readonly #entries = new Map<string, OutboxEntry>();
  #waiting: OutboxEntry[] = [];
  #inFlight = 0;

  add(batch: SpooledBatch): OutboxEntry {
    const entry: OutboxEntry = { ...batch, state: "waiting", attempts: 0, sentAtMs: 0 };
    this.#entries.set(keyOf(batch.epoch, batch.seq), entry);
    this.#waiting.push(entry);
    return entry;
  }

  /** batches that are not committed, as far as is known */
  get size(): number {
    return this.#entries.size;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The next one to send, which counts as on its way from now on. */
  take(): OutboxEntry | undefined {
    const entry = this.#waiting.shift();
    if (!entry) return undefined;
    entry.state = "in_flight";
    entry.attempts += 1;
    this.#inFlight += 1;
    return entry;
  }

  /** The stream has it; it stays until the watermark covers it (promise counted-once). */
  sent(entry: OutboxEntry, nowMs: number): void {
    this.#inFlight -= 1;
    entry.state = "sent";
    entry.sentAtMs = nowMs;
  }

  /** It did not arrive, as far as is known; it is the next to be sent again. */
  failed(entry: OutboxEntry): void {
    this.#inFlight -= 1;
    if (!this.#entries.has(keyOf(entry.epoch, entry.seq))) return;
    entry.state = "waiting";
    this.#waiting.push(entry);
    this.#waiting.sort(inOrder);
  }

  /** Everything that was sent waits again: after a reconnect, and after a time without a watermark. */
  resendAll(): number {
    return this.#resend((entry) => entry.state === "sent");
  }

  /** What a watermark calls a gap although it was sent some time ago waits again. */
  resendGaps(watermark: Watermark, sentBeforeMs: number): number {
    const gaps = new Map(watermark.epochs.map(({ epoch, gaps }) => [epoch, gaps]));
    return this.#resend(
      ({ epoch, seq, state, sentAtMs }) =>
        state === "sent" &&
        sentAtMs < sentBeforeMs &&
        (gaps.get(epoch)?.some(([first, last]) => seq >= first && seq <= last) ?? false),
    );
  }

  #resend(which: (entry: OutboxEntry) => boolean): number {
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (!which(entry)) continue;
      entry.state = "waiting";
      this.#waiting.push(entry);
      count += 1;
    }
    if (count > 0) this.#waiting.sort(inOrder);
    return count;
  }

  /** Takes out what the watermark settles: committed ones, and ones that were refused. */
  settle(watermark: Watermark): { committed: SpooledBatch[]; refused: SpooledBatch[] } {
    const marks = new Map(watermark.epochs.map((mark) => [mark.epoch, mark]));
    const committed: SpooledBatch[] = [];
    const refused: SpooledBatch[] = [];
    for (const entry of this.#entries.values()) {
      const mark = marks.get(entry.epoch);
      if (!mark) continue;
      const { seq } = entry;
      if (mark.refused.includes(seq)) refused.push(entry);
      else if (
        seq <= mark.committedThrough &&
        !mark.gaps.some(([first, last]) => seq >= first && seq <= last)
      )
        committed.push(entry);
    }
    for (const batch of committed) this.remove(batch);
    for (const batch of refused) this.remove(batch);
    return { committed, refused };
  }

  has({ epoch, seq }: SpooledBatch): boolean {
    return this.#entries.has(keyOf(epoch, seq));
  }

  remove({ epoch, seq }: SpooledBatch): void {
    const entry = this.#entries.get(keyOf(epoch, seq));
    if (!entry) return;
    this.#entries.delete(keyOf(epoch, seq));
    if (entry.state === "waiting") this.#waiting = this.#waiting.filter((other) => other !== entry);
  }
}
