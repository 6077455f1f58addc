import { PIECE_MAX_BYTES } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";

/** Places in the file where `wanted` stands, within `length` bytes from `offset`, in order. */
export function* findBytes(
  elf: Pick<ElfFile, "piece">,
  offset: number,
  length: number,
  wanted: Buffer,
): Generator<number> {
  const end = offset + length;
  // Pieces overlap, for what stands across their seam.
  const stepBytes = PIECE_MAX_BYTES - (wanted.length - 1);
  for (let start = offset; start + wanted.length <= end; start += stepBytes) {
    yield* placesIn(elf.piece(start, Math.min(PIECE_MAX_BYTES, end - start)), wanted).map((at) => start + at);
  }
}

/** All at once: whoever takes them may read another piece in between. */
function placesIn(piece: Buffer, wanted: Buffer): number[] {
  const places: number[] = [];
  for (let at = piece.indexOf(wanted); at >= 0; at = piece.indexOf(wanted, at + 1)) places.push(at);
  return places;
}
