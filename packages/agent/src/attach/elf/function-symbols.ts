import { type ByteSource, ElfError, PIECE_MAX_BYTES } from "./byte-source.js";
import { type Section, u64 } from "./elf-header.js";

/** A function that the file has code for. */
export interface FunctionSymbol {
  name: string;
  /** as linked, not as loaded */
  address: number;
  size: number;
}

export const SYMBOL_BYTES = 24;
const STT_FUNC = 2;
const NAME_MAX_BYTES = 256;
/** Whole symbols, and room for the beginning of what comes next. */
const STEP_BYTES = Math.floor((PIECE_MAX_BYTES - NAME_MAX_BYTES) / SYMBOL_BYTES) * SYMBOL_BYTES;
/** Symbol tables of programs with their TLS inside have some ten megabytes. */
const TABLE_MAX_BYTES = 256 * 1024 * 1024;

/**
 * The functions of one symbol table that have one of these names; of several with one name the first. The table is read
 * piece by piece, since that of a large program would be too much memory. @throws ElfError
 */
export function functionsNamed(
  source: ByteSource,
  symbols: Section,
  strings: Section,
  names: ReadonlySet<string>,
): Map<string, FunctionSymbol> {
  const found = new Map<string, FunctionSymbol>();
  if (symbols.entryBytes !== SYMBOL_BYTES) return found;
  const nameAt = nameOffsets(source, strings, names);
  if (nameAt.size === 0) return found;
  for (const { bytes } of pieces(source, symbols, 0)) {
    for (let at = 0; at + SYMBOL_BYTES <= bytes.length; at += SYMBOL_BYTES) {
      const name = nameAt.get(bytes.readUInt32LE(at));
      if (name === undefined || found.has(name)) continue;
      const type = (bytes[at + 4] ?? 0) & 0xf;
      const isDefined = bytes.readUInt16LE(at + 6) !== 0;
      // Not an indirect function (STT_IFUNC): its address is its resolver's, where a probe would see nothing.
      if (!isDefined || type !== STT_FUNC) continue;
      found.set(name, { name, address: u64(bytes, at + 8), size: u64(bytes, at + 16) });
    }
  }
  return found;
}

/** Where in the string table these names stand; one may be the tail of a longer one, which linkers share. */
function nameOffsets(source: ByteSource, strings: Section, names: ReadonlySet<string>): Map<number, string> {
  const offsets = new Map<number, string>();
  const sought = [...names].map((name) => ({ name, text: Buffer.from(`${name}\0`) }));
  for (const { bytes, start } of pieces(source, strings, NAME_MAX_BYTES)) {
    for (const { name, text } of sought) {
      for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1))
        offsets.set(start + at, name);
    }
  }
  return offsets;
}

function* pieces(
  source: ByteSource,
  { offset, size }: Section,
  overlap: number,
): Generator<{ bytes: Buffer; start: number }> {
  if (size > TABLE_MAX_BYTES) throw new ElfError(`a table of ${size} bytes is too large`);
  for (let start = 0; start < size; start += STEP_BYTES) {
    const length = Math.min(STEP_BYTES + overlap, size - start);
    yield { bytes: source.piece(offset + start, length), start };
  }
}
