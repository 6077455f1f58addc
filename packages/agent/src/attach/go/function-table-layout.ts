import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { Machine } from "../elf/elf-header.js";
import { goMachine } from "./go-machine.js";
import { TableBytes } from "./table-bytes.js";

/**
 * Where the parts of Go's table of functions (`pclntab`) are, offsets from its beginning, lengths in bytes. The runtime's
 * own `pcHeader` (src/runtime/symtab.go) of four generations, of which the last two have one layout.
 */
export interface FunctionTableLayout {
  functions: number;
  /** pairs of an address and where the function is described, `entryBytes` each number; one more address behind the last */
  index: number;
  entryBytes: 4 | 8;
  /** from where descriptions are counted */
  descriptions: number;
  /** from where names are counted, and how much is searched for them */
  names: number;
  namesBytes: number;
  /** where the table holds the address from which those in the index are counted; absent: they are addresses themselves */
  textStartAt?: number;
}

/** Where a table may be: in the file, and as linked. */
export interface TablePlace {
  offset: number;
  address: number;
  size: number;
}

/** What every magic number is followed by: two zeroes, the least distance between instructions, addresses of eight bytes. */
export const afterMagic = (machine: Machine): Buffer =>
  Buffer.from([0xff, 0xff, 0xff, 0x00, 0x00, goMachine(machine).quantumBytes, 0x08]);
const MAGIC_OF_1_2 = 0xfb;
const MAGIC_OF_1_16 = 0xfa;
const MAGIC_OF_1_18 = 0xf0;
const MAGIC_OF_1_20 = 0xf1;
const HEADER_BYTES = 8;
const WORD_BYTES = 8;
const FUNCTIONS_MAX = 4_000_000;

/** @throws ElfError where there is no such table, or one that reaches beyond its place */
export function readLayout(elf: ElfFile, place: TablePlace): FunctionTableLayout {
  const header = elf.bytes(place.offset, HEADER_BYTES);
  if (!header.subarray(1).equals(afterMagic(elf.machine)))
    throw new ElfError(`no table of functions of a Go program for ${elf.machine}`);
  const table = new TableBytes(elf, place.offset, place.size);
  const word = (index: number) => table.u64(HEADER_BYTES + index * WORD_BYTES);
  const layout = layoutOf(header[0], word, place.size);
  const indexBytes = (layout.functions * 2 + 1) * layout.entryBytes;
  const isWithin =
    layout.functions > 0 &&
    layout.functions <= FUNCTIONS_MAX &&
    layout.index + indexBytes <= place.size &&
    layout.names + layout.namesBytes <= place.size;
  if (!isWithin) throw new ElfError("a table of functions that is larger than its place");
  return layout;
}

function layoutOf(
  magic: number | undefined,
  word: (index: number) => number,
  size: number,
): FunctionTableLayout {
  switch (magic) {
    case MAGIC_OF_1_2:
      return {
        ...{ functions: word(0), index: HEADER_BYTES + WORD_BYTES, entryBytes: 8, descriptions: 0 },
        // Names lie between the descriptions.
        ...{ names: 0, namesBytes: size },
      };
    case MAGIC_OF_1_16:
      return {
        ...{ functions: word(0), index: word(6), entryBytes: 8, descriptions: word(6) },
        ...namesFrom(word(2), word(3)),
      };
    case MAGIC_OF_1_18:
    case MAGIC_OF_1_20:
      return {
        ...{ functions: word(0), index: word(7), entryBytes: 4, descriptions: word(7) },
        ...{ ...namesFrom(word(3), word(4)), textStartAt: HEADER_BYTES + 2 * WORD_BYTES },
      };
    default:
      throw new ElfError("a table of functions of a kind that is not known");
  }
}

function namesFrom(names: number, end: number): Pick<FunctionTableLayout, "names" | "namesBytes"> {
  if (end < names) throw new ElfError("a table of functions whose names end before they begin");
  return { names, namesBytes: end - names };
}
