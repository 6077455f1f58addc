import { type ByteSource, PIECE_MAX_BYTES } from "../elf/byte-source.js";

const OVERLAP_MAX_BYTES = 1024;
const STEP_BYTES = PIECE_MAX_BYTES - OVERLAP_MAX_BYTES;
/** Constants of the largest programs are some twenty megabytes. */
const SEARCHED_MAX_BYTES = 96 * 1024 * 1024;

export interface Range {
  offset: number;
  size: number;
}

/** Looks for texts in parts of a file, some bytes at a time, so that no single look is long. */
export class TextSearch<Name> {
  readonly found = new Set<Name>();
  readonly #sought: { name: Name; text: Buffer }[];
  readonly #overlap: number;
  #left: Range[];
  #searched = 0;

  constructor(texts: readonly { name: Name; text: string }[], ranges: readonly Range[]) {
    this.#sought = texts.map(({ name, text }) => ({ name, text: Buffer.from(text, "latin1") }));
    this.#overlap = Math.max(0, ...this.#sought.map(({ text }) => text.length - 1));
    this.#left = ranges.filter(({ size }) => size > 0);
  }

  get isDone(): boolean {
    return this.#left.length === 0 || this.#searched >= SEARCHED_MAX_BYTES;
  }

  /** Goes on for about so many bytes. @returns the bytes that were read. @throws ElfError where the file is shorter than it said */
  advance(source: ByteSource, maxBytes: number): number {
    const before = this.#searched;
    while (!this.isDone && this.#searched - before < maxBytes) this.#chunk(source);
    return this.#searched - before;
  }

  #chunk(source: ByteSource): void {
    const [range] = this.#left as [Range];
    const step = Math.min(STEP_BYTES, range.size, SEARCHED_MAX_BYTES - this.#searched);
    const bytes = source.piece(range.offset, Math.min(step + this.#overlap, range.size));
    for (const { name, text } of this.#sought) {
      if (!this.found.has(name) && bytes.includes(text)) this.found.add(name);
    }
    this.#searched += step;
    if (step === range.size) this.#left.shift();
    else this.#left[0] = { offset: range.offset + step, size: range.size - step };
  }
}
