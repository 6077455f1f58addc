import type { ElfFile } from "../elf/elf-file.js";
import { decode, type Instruction } from "./instructions.js";

/** Twice what is followed: a block is decoded to its end. */
const DECODED_MAX = 16_384;
const BLOCK_BYTES = 256;

/** Instructions by address, decoded a block at a time and once, however often and in which order they are asked for. */
export class DecodedCode {
  readonly #known = new Map<number, Instruction>();

  constructor(readonly elf: ElfFile) {}

  /** undefined where there is none, or too much was read */
  at(address: number): Instruction | undefined {
    const known = this.#known.get(address);
    if (known) return known;
    if (!this.elf.isCode(address) || this.#known.size > DECODED_MAX) return undefined;
    const isLast = ({ flow, address: at, length }: Instruction) =>
      flow === "jump" || flow === "end" || this.#known.has(at + length);
    for (const each of decode(this.elf.code(address, BLOCK_BYTES), address, BLOCK_BYTES, isLast))
      this.#known.set(each.address, each);
    return this.#known.get(address);
  }
}
