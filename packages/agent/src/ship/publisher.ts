import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { AgentId } from "@masthead/shared/ids";
import { batchSubject } from "@masthead/shared/subjects";
import { BATCH_MAX_BYTES } from "@masthead/shared/wire/batch";
import type { Watermark } from "@masthead/shared/wire/watermark";
import type { BatchLoss } from "./lost-batches.js";
import type { Messaging } from "./messaging.js";
import { Outbox, type OutboxEntry } from "./outbox.js";
import type { Spool, SpooledBatch } from "./spool.js";

const decompress = promisify(gunzip);

export interface PublisherOptions {
  agentId: AgentId;
  epoch: number;
  /** unique to this run, so that a resend never has a message id that was used before */
  runId: string;
  maxInFlight: number;
  /** sent, but no watermark for this long: sent again; doubles while nothing moves */
  resendAfterMs: number;
  maxResendAfterMs: number;
  /** first wait after a publish that failed; doubles */
  backoffMs: number;
  maxBackoffMs: number;
  nowMs: () => number;
  /** its exchanges are lost for good: of this or of an earlier epoch. Its file goes once this has resolved */
  onLost: (batch: SpooledBatch, loss: BatchLoss) => Promise<void>;
  onFailed: (error: Error) => void;
}

export interface PublisherCounters {
  published: number;
  publishFailures: number;
  resent: number;
  committed: number;
}

/**
 * Publishes what is in the spool and frees it when the control plane has committed it, not when the stream has it
 * (promise counted-once). Holds no timer: `tick` is called several times a second, and after each event.
 */
export class Publisher {
  readonly outbox = new Outbox();
  readonly counters: PublisherCounters = { published: 0, publishFailures: 0, resent: 0, committed: 0 };
  #fresh = new Map<SpooledBatch, Buffer>();
  #backoffMs = 0;
  #notBeforeMs = 0;
  #resendAfterMs: number;
  #movedAtMs: number;
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly options: PublisherOptions,
    private readonly spool: Spool,
    private readonly messaging: Messaging,
  ) {
    this.#resendAfterMs = options.resendAfterMs;
    this.#movedAtMs = options.nowMs();
  }

  /** @param payload what the spool holds of it, to spare reading it back when it can be sent at once */
  add(batch: SpooledBatch, payload?: Buffer): void {
    const entry = this.outbox.add(batch);
    if (payload && this.outbox.waiting + this.outbox.inFlight <= this.options.maxInFlight)
      this.#fresh.set(entry, payload);
    this.tick();
  }

  /** A new connection may lead to a server that lost all it had: everything uncommitted is sent again. */
  connected(): void {
    this.#moved();
    this.#backoffMs = 0;
    this.#notBeforeMs = 0;
    this.counters.resent += this.outbox.resendAll();
    this.tick();
  }

  async settle(watermark: Watermark): Promise<void> {
    const { committed, refused } = this.outbox.settle(watermark);
    if (committed.length + refused.length > 0) this.#moved();
    this.counters.committed += committed.length;
    this.counters.resent += this.outbox.resendGaps(
      watermark,
      this.options.nowMs() - this.options.resendAfterMs,
    );
    const told = refused.map((batch) => this.options.onLost(batch, { stage: "delivery", reason: "refused" }));
    await Promise.all(told.map((each) => each.catch(this.options.onFailed)));
    for (const batch of [...committed, ...refused]) {
      this.#fresh.delete(batch);
      await this.spool.remove(batch).catch(this.options.onFailed);
    }
    this.tick();
  }

  tick(): void {
    const nowMs = this.options.nowMs();
    if (!this.messaging.isConnected || nowMs < this.#notBeforeMs) return;
    this.#resendWhenStuck(nowMs);
    while (this.outbox.inFlight < this.options.maxInFlight) {
      const entry = this.outbox.take();
      if (!entry) break;
      const sending = this.#send(entry).finally(() => this.#running.delete(sending));
      this.#running.add(sending);
    }
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #moved(): void {
    this.#movedAtMs = this.options.nowMs();
    this.#resendAfterMs = this.options.resendAfterMs;
  }

  #resendWhenStuck(nowMs: number): void {
    if (this.outbox.waiting > 0 || this.outbox.inFlight > 0) return;
    if (this.outbox.size === 0 || nowMs - this.#movedAtMs < this.#resendAfterMs) return;
    this.counters.resent += this.outbox.resendAll();
    this.#movedAtMs = nowMs;
    this.#resendAfterMs = Math.min(this.#resendAfterMs * 2, this.options.maxResendAfterMs);
  }

  async #send(entry: OutboxEntry): Promise<void> {
    const payload = await this.#payload(entry);
    if (!payload) return;
    const { agentId, runId } = this.options;
    const messageId = `${entry.epoch}.${entry.seq}.${runId}.${entry.attempts}`;
    try {
      await this.messaging.publishStored(batchSubject(agentId), payload, messageId);
      this.counters.published += 1;
      this.outbox.sent(entry, this.options.nowMs());
      this.#backoffMs = 0;
      this.#movedAtMs = this.options.nowMs();
      queueMicrotask(() => this.tick());
    } catch (error) {
      this.counters.publishFailures += 1;
      this.outbox.failed(entry);
      this.#backoffMs = Math.min(
        Math.max(this.#backoffMs * 2, this.options.backoffMs),
        this.options.maxBackoffMs,
      );
      this.#notBeforeMs = this.options.nowMs() + this.#backoffMs;
      this.options.onFailed(error as Error);
    }
  }

  /** Undefined: it cannot be read; it is set aside and counted. */
  async #payload(entry: OutboxEntry): Promise<Buffer | undefined> {
    const fresh = this.#fresh.get(entry);
    this.#fresh.delete(entry);
    if (fresh) return fresh;
    try {
      const payload = await this.spool.read(entry);
      // A crash of the host may have left a file that is not whole.
      if (entry.epoch !== this.options.epoch) await decompress(payload, { maxOutputLength: BATCH_MAX_BYTES });
      return payload;
    } catch (error) {
      this.outbox.sent(entry, this.options.nowMs());
      // Freed while it was read: committed already.
      if (!this.outbox.has(entry)) return undefined;
      this.outbox.remove(entry);
      this.options.onFailed(error as Error);
      const loss = { stage: "spool", reason: "corrupt" } as const;
      await this.options.onLost(entry, loss).catch(this.options.onFailed);
      await this.spool.setAside(entry).catch(this.options.onFailed);
      return undefined;
    }
  }
}
