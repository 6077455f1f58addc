import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { LOST_BATCHES_MAX, type LostBatch } from "@masthead/shared/wire/ledger";
import type { Watermark } from "@masthead/shared/wire/watermark";
import { UNFINISHED, writeDurably } from "../durable-file.js";
import type { SpooledBatch } from "./spool.js";

/** What a batch can be lost to once it is in the spool. */
export type BatchLoss = { stage: "spool"; reason: "corrupt" } | { stage: "delivery"; reason: "refused" };

const FOLDER = "lost";
const MARKER = /^(\d{1,16})\.(\d{1,16})\.(\d{1,9})\.([a-z_]+)\.([a-z_]+)$/;
/** A watermark tells of so many epochs, the newest. */
const WATERMARK_EPOCHS = 64;

const keyOf = ({ epoch, seq }: { epoch: number; seq: number }): string => `${epoch}.${seq}`;
const markerOf = ({ epoch, seq, exchanges, stage, reason }: LostBatch): string =>
  [epoch, seq, exchanges, stage, reason].join(".");

/**
 * Batches that are lost for good, until the control plane has booked them (promise no-silent-loss). Each is told in every
 * account until then, and is an empty file in the spool's folder `lost`, so that a later run tells of what this one could not.
 */
export class LostBatches {
  readonly #batches = new Map<string, LostBatch>();
  /** files that are being written */
  readonly #writing = new Map<string, Promise<void>>();

  private constructor(private readonly dir: string) {}

  /** @param spoolDir the spool's folder @throws the file system's error */
  static async open(spoolDir: string): Promise<LostBatches> {
    const lost = new LostBatches(join(spoolDir, FOLDER));
    await mkdir(lost.dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(lost.dir)) {
      const [, epoch, seq, exchanges, stage, reason] = MARKER.exec(name) ?? [];
      if (name.endsWith(UNFINISHED)) await rm(join(lost.dir, name), { force: true });
      if (stage === undefined || reason === undefined) continue;
      const batch = { epoch: Number(epoch), seq: Number(seq), exchanges: Number(exchanges), stage, reason };
      lost.#batches.set(keyOf(batch), batch);
    }
    return lost;
  }

  has(batch: SpooledBatch): boolean {
    return this.#batches.has(keyOf(batch));
  }

  /** Told from now on; resolves when a later run would know. @throws the file system's error, and it is told all the same */
  async add({ epoch, seq, exchanges }: SpooledBatch, loss: BatchLoss): Promise<void> {
    const batch: LostBatch = { epoch, seq, exchanges, ...loss };
    const key = keyOf(batch);
    this.#batches.set(key, batch);
    const writing = writeDurably(join(this.dir, markerOf(batch)), "").finally(() =>
      this.#writing.delete(key),
    );
    this.#writing.set(key, writing);
    await writing;
  }

  /** Oldest first, and no more than one message may tell. */
  list(): LostBatch[] {
    return [...this.#batches.values()]
      .sort((a, b) => a.epoch - b.epoch || a.seq - b.seq)
      .slice(0, LOST_BATCHES_MAX);
  }

  /** Forgets what the watermark says is booked. @throws the file system's error */
  async settle({ epochs }: Watermark): Promise<void> {
    const marks = new Map(epochs.map((mark) => [mark.epoch, mark]));
    const oldest = epochs.length < WATERMARK_EPOCHS ? 0 : Math.min(...marks.keys());
    for (const batch of [...this.#batches.values()]) {
      const mark = marks.get(batch.epoch);
      if (!(mark ? isBooked(mark, batch.seq) : batch.epoch < oldest)) continue;
      this.#batches.delete(keyOf(batch));
      // It is told as soon as it is known, so it may be booked before its file is there; and that would stay.
      await this.#writing.get(keyOf(batch))?.catch(() => undefined);
      await rm(join(this.dir, markerOf(batch)), { force: true });
    }
  }
}

/** Settled, and not as a refused one whose loss nobody has told yet. */
const isBooked = (mark: Watermark["epochs"][number], seq: number): boolean => {
  if (mark.lost?.includes(seq)) return true;
  const isGap = mark.gaps.some(([first, last]) => seq >= first && seq <= last);
  return seq <= mark.committedThrough && !isGap && !mark.refused.includes(seq);
};
