import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UNFINISHED, writeDurably } from "../durable-file.js";

/** A batch in the spool. */
export interface SpooledBatch {
  epoch: number;
  seq: number;
  /** exchanges that it counts */
  exchanges: number;
  /** compressed, as it is published */
  bytes: number;
}

const BATCH_FILE = /^(\d+)\.(\d+)\.json\.gz$/;
const SET_ASIDE = "corrupt";
/** Unreadable files that are kept; a disk that goes bad must not be filled by them too. */
export const SET_ASIDE_MAX_FILES = 64;

/** By age: older epochs first. */
export const inOrder = (a: SpooledBatch, b: SpooledBatch): number => a.epoch - b.epoch || a.seq - b.seq;

/** Names of numbers, as numbers: oldest first. */
const byNumbers = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Batches on disk until the watermark covers them: `<epoch>/<seq>.<exchanges>.json.gz`, each written whole under
 * another name first, and synced: a crash of the agent or of the host loses nothing that was written (promise no-silent-loss).
 */
export class Spool {
  #bytes = 0;
  readonly #folders = new Set<number>();

  private constructor(
    private readonly dir: string,
    private readonly maxBytes: number,
  ) {}

  /** Opens the spool and finds what earlier epochs left, oldest first. */
  static async open(dir: string, maxBytes: number): Promise<{ spool: Spool; left: SpooledBatch[] }> {
    const spool = new Spool(dir, maxBytes);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return { spool, left: await spool.#recover() };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the bound leaves room; asked before a seq is given, so that seqs have no holes. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.maxBytes;
  }

  /** @throws the file system's error; nothing is left behind then, and the seq may be given again */
  async write(epoch: number, seq: number, exchanges: number, payload: Uint8Array): Promise<SpooledBatch> {
    const batch: SpooledBatch = { epoch, seq, exchanges, bytes: payload.length };
    if (!this.#folders.has(epoch)) {
      await mkdir(join(this.dir, String(epoch)), { recursive: true, mode: 0o700 });
      this.#folders.add(epoch);
    }
    try {
      await writeDurably(this.#path(batch), payload);
    } catch (error) {
      // It may stand in a folder that could not be synced, and its seq is given again.
      await rm(this.#path(batch), { force: true }).catch(() => undefined);
      throw error;
    }
    this.#bytes += batch.bytes;
    return batch;
  }

  read(batch: SpooledBatch): Promise<Buffer> {
    return readFile(this.#path(batch));
  }

  async remove(batch: SpooledBatch): Promise<void> {
    this.#bytes -= batch.bytes;
    await rm(this.#path(batch), { force: true });
  }

  /** Puts an unreadable file where it can be looked at, in place of the oldest; it no longer counts against the bound. */
  async setAside(batch: SpooledBatch): Promise<void> {
    this.#bytes -= batch.bytes;
    const folder = join(this.dir, SET_ASIDE);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(
      this.#path(batch),
      join(folder, `${batch.epoch}.${batch.seq}.${batch.exchanges}.json.gz`),
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    const names = (await readdir(folder)).sort(byNumbers);
    for (const name of names.slice(0, -SET_ASIDE_MAX_FILES)) await rm(join(folder, name), { force: true });
  }

  #path({ epoch, seq, exchanges }: SpooledBatch): string {
    return join(this.dir, String(epoch), `${seq}.${exchanges}.json.gz`);
  }

  async #recover(): Promise<SpooledBatch[]> {
    const left: SpooledBatch[] = [];
    for (const folder of await readdir(this.dir)) {
      if (!/^\d{1,16}$/.test(folder)) continue;
      const found = await this.#recoverEpoch(Number(folder));
      if (found.length === 0) await rmdir(join(this.dir, folder)).catch(() => undefined);
      left.push(...found);
    }
    for (const batch of left) this.#bytes += batch.bytes;
    return left.sort(inOrder);
  }

  async #recoverEpoch(epoch: number): Promise<SpooledBatch[]> {
    const folder = join(this.dir, String(epoch));
    const found: SpooledBatch[] = [];
    for (const name of await readdir(folder)) {
      const match = BATCH_FILE.exec(name);
      if (!match) {
        if (name.endsWith(UNFINISHED)) await rm(join(folder, name), { force: true });
        continue;
      }
      const { size } = await stat(join(folder, name));
      found.push({ epoch, seq: Number(match[1]), exchanges: Number(match[2]), bytes: size });
    }
    return found;
  }
}
