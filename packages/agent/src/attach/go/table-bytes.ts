import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";

const PART_BYTES = 64 * 1024;

/**
 * Numbers of a table that is read from its beginning to its end, a part at a time: the table of a large program has tens
 * of megabytes. Offsets are the table's own. @throws ElfError for what lies outside of it
 */
export class TableBytes {
  #part: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(
    private readonly elf: Pick<ElfFile, "bytes">,
    private readonly offset: number,
    private readonly size: number,
  ) {}

  u32(at: number): number {
    return this.#at(at, 4).readUInt32LE(at - this.#start);
  }

  /** Less than 2^53, as each number that is true. */
  u64(at: number): number {
    const part = this.#at(at, 8);
    const value = part.readBigUInt64LE(at - this.#start);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError("a number is too large to be true");
    return Number(value);
  }

  #at(at: number, length: number): Buffer {
    if (at >= this.#start && at + length <= this.#start + this.#part.length) return this.#part;
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.size) {
      throw new ElfError("beyond the end of the table of functions");
    }
    this.#part = this.elf.bytes(this.offset + at, Math.min(PART_BYTES, this.size - at));
    this.#start = at;
    return this.#part;
  }
}
