import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { AgentId } from "@masthead/shared/ids";
import type { Exchange } from "../exchange.js";
import type { MeteredSink } from "../meter/meter.js";
import type { Series } from "../meter/series.js";
import type { UsageTotals } from "../meter/usage-totals.js";
import type { AgentLedger } from "./ledger.js";
import { OpenBatch } from "./open-batch.js";
import type { Spool, SpooledBatch } from "./spool.js";
import { TextBuffer } from "./text-buffer.js";

const compress = promisify(gzip);
const GZIP = { level: constants.Z_BEST_SPEED };
/** A full batch fits without growing. */
const TEXT_BYTES = 1024 * 1024;

export interface BatcherOptions {
  agentId: AgentId;
  epoch: number;
  host: { id: string; name: string };
  /** closed batches that may wait for the disk before the reader is paused */
  maxWaiting: number;
  nowUs: () => number;
  /** see CompleteUntil */
  completeUntilUs: () => number;
  /** a batch is in the spool: publish it; `payload` is what was written */
  onSpooled: (batch: SpooledBatch, payload: Buffer) => void;
  /** true: the disk is behind, take no more from the ring; false: go on */
  onBackPressure: (behind: boolean) => void;
  onWriteFailed: (error: Error) => void;
}

interface ClosedBatch {
  batch: OpenBatch;
  completeUntilUs: number;
}

/**
 * Fills batches, and gives each its seq, its ledger and its place in the spool, one after the other. A seq is given only
 * when the batch is on disk, so seqs have no holes.
 */
export class Batcher implements MeteredSink {
  readonly #free: TextBuffer[] = [];
  #open = this.#fresh();
  readonly #waiting: ClosedBatch[] = [];
  #writing: Promise<void> | undefined;
  #behind = false;
  #lastSeq = 0;
  #completeUntilUs = 0;

  constructor(
    private readonly options: BatcherOptions,
    private readonly spool: Spool,
    private readonly ledger: AgentLedger,
  ) {}

  /** last seq given; 0: none yet */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** closed batches that wait for their seq */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Every exchange that ended before is in a batch up to `lastSeq`. Unix microseconds. */
  get completeUntilUs(): number {
    const nothingOpen = this.#open.counted === 0 && this.#writing === undefined;
    return nothingOpen ? this.options.completeUntilUs() : this.#completeUntilUs;
  }

  add(exchange: Exchange, series: Series, windowStart: number, kept: boolean): void {
    this.#open.add(exchange, series, windowStart, kept);
    this.ledger.awaitingBatch += 1;
    if (this.#open.isFull) this.#close();
  }

  addTotals(series: Series, windowStart: number, totals: UsageTotals): void {
    this.#open.addTotals(series, windowStart, totals);
    this.ledger.awaitingBatch += totals.requests;
    if (this.#open.isFull) this.#close();
  }

  /** Closes the open batch, if anything is in it. Resolves when all that was closed is in the spool, or lost. */
  flush(): Promise<void> {
    if (this.#open.counted > 0) this.#close();
    return this.#writing ?? Promise.resolve();
  }

  #close(): void {
    this.#waiting.push({ batch: this.#open, completeUntilUs: this.options.completeUntilUs() });
    this.#open = this.#fresh();
    if (!this.#behind && this.#waiting.length >= this.options.maxWaiting) {
      this.#behind = true;
      this.options.onBackPressure(true);
    }
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /** As many texts as wait at once are kept, for the next ones. */
  #fresh(): OpenBatch {
    return new OpenBatch(this.#free.pop() ?? new TextBuffer(TEXT_BYTES));
  }

  async #writeAll(): Promise<void> {
    for (let closed = this.#waiting[0]; closed; closed = this.#waiting[0]) {
      await this.#write(closed);
      this.#waiting.shift();
      if (this.#free.length < this.options.maxWaiting) this.#free.push(closed.batch.text);
      if (this.#behind && this.#waiting.length * 2 <= this.options.maxWaiting) {
        this.#behind = false;
        this.options.onBackPressure(false);
      }
    }
  }

  async #write({ batch, completeUntilUs }: ClosedBatch): Promise<void> {
    const { counted } = batch;
    const { agentId, epoch, host } = this.options;
    const seq = this.#lastSeq + 1;
    try {
      const header = { agentId, epoch, seq, createdAtUs: this.options.nowUs(), completeUntilUs, host };
      const payload = await compress(batch.finish(header, this.ledger.snapshot(counted)), GZIP);
      if (!this.spool.hasRoom(payload.length)) {
        this.#lose(counted, "full");
        return;
      }
      const spooled = await this.spool.write(epoch, seq, counted, payload);
      // As one: every account says what is in the batches up to `lastSeq`.
      this.#lastSeq = seq;
      this.ledger.awaitingBatch -= counted;
      this.ledger.batched += counted;
      this.#completeUntilUs = completeUntilUs;
      this.options.onSpooled(spooled, payload);
    } catch (error) {
      this.#lose(counted, "write_failed");
      this.options.onWriteFailed(error as Error);
    }
  }

  #lose(count: number, reason: "full" | "write_failed"): void {
    this.ledger.awaitingBatch -= count;
    this.ledger.losses.add("spool", reason, count);
  }
}
