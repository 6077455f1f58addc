import type { Ledger, Loss, LostBatch } from "@masthead/shared/wire/ledger";
import type { LossCounts } from "../losses.js";
import type { BatchLoss } from "./lost-batches.js";

interface KernelAccount {
  captured: number;
  lost: Loss[];
}

/** What the ledger is made of. All counts are of this epoch and of exchanges. */
export interface LedgerSources {
  /** the kernel's counters: request heads begun, and those it lost, by reason */
  kernel(): KernelAccount;
  /** request records that decoding was handed, readable or not */
  requestsReceived(): number;
  /** requests that no policy governs: captured for nobody, in no account */
  ungoverned(): number;
  /** governed or not yet judged, and without their response */
  pairing(): number;
}

/**
 * The agent's account of its epoch: `captured = batched + Σ lost + pending` (promise no-silent-loss). `captured` comes from the
 * kernel, `batched` from the batcher, `lost` from whoever lost, `pending` from the live structures, so the equation is
 * a check: {@link imbalanceOf} must be zero.
 */
export class AgentLedger {
  /** put into batches that have a seq */
  batched = 0;
  /** in the open batch and in those that wait for their seq */
  awaitingBatch = 0;
  /** of the newest account that was given */
  #serial = 0;
  /** the kernel's last word: its programs count until they are let go, and nobody takes what they send */
  #ended: KernelAccount | undefined;

  constructor(
    private readonly sources: LedgerSources,
    readonly losses: LossCounts,
    /** batches that are lost and not booked yet; see LostBatches */
    private readonly lostBatches: () => LostBatch[] = () => [],
  ) {}

  /** The next account of this epoch. @param closing exchanges of the batch that it is to travel in, which awaits its seq */
  snapshot(closing = 0): Ledger {
    const { kernel, inRing } = this.#kernel();
    const lost = [...kernel.lost, ...this.losses.list()].filter(({ count }) => count > 0);
    const lostBatches = this.lostBatches();
    return {
      captured: kernel.captured - this.sources.ungoverned(),
      batched: this.batched + closing,
      lost,
      pending:
        (this.#ended === undefined ? inRing + this.sources.pairing() : 0) + this.awaitingBatch - closing,
      ...(lostBatches.length > 0 ? { lostBatches } : {}),
      serial: ++this.#serial,
    };
  }

  /** The agent stops and looks at no record any more: what had not ended by now is lost, by name and number. */
  endEpoch(): void {
    const { kernel, inRing } = this.#kernel();
    this.losses.add("agent", "epoch_ended", inRing + this.sources.pairing());
    this.#ended = kernel;
  }

  /** A batch of this epoch is lost after all. */
  unbatch(loss: BatchLoss, count: number): void {
    this.batched -= count;
    if (loss.stage === "delivery") this.losses.add(loss.stage, loss.reason, count);
    else this.losses.add(loss.stage, loss.reason, count);
  }

  /** The counters of several CPUs are not read at one instant: what was received or lost was captured too. */
  #kernel(): { kernel: KernelAccount; inRing: number } {
    if (this.#ended !== undefined) return { kernel: this.#ended, inRing: 0 };
    const kernel = this.sources.kernel();
    const left = kernel.lost.reduce((sum, { count }) => sum + count, this.sources.requestsReceived());
    const captured = Math.max(kernel.captured, left);
    return { kernel: { captured, lost: kernel.lost }, inRing: captured - left };
  }
}

/** Exchanges that an account cannot explain; anything but zero is a defect. */
export const imbalanceOf = ({ captured, batched, lost, pending }: Ledger): number =>
  captured - batched - pending - lost.reduce((sum, { count }) => sum + count, 0);
