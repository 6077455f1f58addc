import type { ElfFile } from "../elf/elf-file.js";

const PART_BYTES = 1024 * 1024;

/** Places in the file where `wanted` stands, within `length` bytes from `offset`, in order. */
export function* findBytes(
  elf: Pick<ElfFile, "bytes">,
  offset: number,
  length: number,
  wanted: Buffer,
): Generator<number> {
  const end = offset + length;
  for (let start = offset; start + wanted.length <= end; start += PART_BYTES) {
    // A little further, for what stands across the seam.
    const part = elf.bytes(start, Math.min(PART_BYTES + wanted.length - 1, end - start));
    for (let at = part.indexOf(wanted); at >= 0; at = part.indexOf(wanted, at + 1)) yield start + at;
  }
}
