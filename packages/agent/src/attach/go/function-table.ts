import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import { findBytes } from "./find-bytes.js";
import {
  afterMagic,
  type FunctionTableLayout,
  readLayout,
  type TablePlace,
} from "./function-table-layout.js";
import { TableBytes } from "./table-bytes.js";

export interface GoFunction {
  /** as linked; code from here to `end`, padding included */
  address: number;
  end: number;
}

const SECTIONS = [".gopclntab", ".data.rel.ro.gopclntab"];
/** Without a section of that name: how many places that look like the beginning of a table are tried. */
const CANDIDATES_MAX = 16;
/** And how much is searched, of segments that may overlap in a hostile file. */
const SEARCH_MAX_BYTES = 512 * 1024 * 1024;
/** Over all names that are asked for. */
const NAMES_MAX = 4096;
const SAME_NAME_MAX = 4;

/**
 * The table that the runtime itself needs to know its functions, so that a stripped program has it too. Somebody else's: every
 * read is bounded. @throws ElfError where there is none, or it is not what it claims
 */
export class FunctionTable {
  readonly #elf: ElfFile;
  readonly #place: TablePlace;
  readonly #layout: FunctionTableLayout;
  readonly #textStart: number;

  constructor(elf: ElfFile) {
    const { place, layout } = findTable(elf);
    this.#elf = elf;
    this.#place = place;
    this.#layout = layout;
    this.#textStart = textStart(elf, place, layout);
  }

  /** Functions by name, of those asked for. One in assembly may be there twice, for either calling convention. */
  functions(names: ReadonlySet<string>): Map<string, GoFunction[]> {
    const found = new Map<string, GoFunction[]>();
    for (const [index, name] of this.#described(this.#nameOffsets(names))) {
      const same = found.get(name) ?? [];
      if (same.length >= SAME_NAME_MAX) throw new ElfError(`${name} is in the table of functions too often`);
      found.set(name, [...same, this.#function(index)]);
    }
    return found;
  }

  /** Where each of the names stands, as descriptions say it; a name may stand in others' ends as well. */
  #nameOffsets(names: ReadonlySet<string>): Map<number, string> {
    const offsets = new Map<number, string>();
    const start = this.#place.offset + this.#layout.names;
    for (const name of names) {
      const text = Buffer.from(`${name}\0`, "latin1");
      for (const at of findBytes(this.#elf, start, this.#layout.namesBytes, text)) {
        if (offsets.size >= NAMES_MAX) throw new ElfError("a name that stands everywhere");
        offsets.set(at - start, name);
      }
    }
    return offsets;
  }

  /** Indices of the functions that have one of these names. */
  *#described(names: Map<number, string>): Generator<[index: number, name: string]> {
    if (names.size === 0) return;
    const { index, entryBytes, functions, descriptions } = this.#layout;
    const entries = this.#bytes();
    const texts = this.#bytes();
    let last = 0;
    for (let each = 0; each < functions; each++) {
      const at = index + (each * 2 + 1) * entryBytes;
      const description = descriptions + (entryBytes === 4 ? entries.u32(at) : entries.u64(at));
      // In order as the linker writes them: so a table is read through once, whatever it says.
      if (description < last) throw new ElfError("descriptions of functions out of order");
      last = description;
      const name = names.get(texts.u32(description + entryBytes));
      if (name !== undefined) yield [each, name];
    }
  }

  #function(index: number): GoFunction {
    const { index: start, entryBytes } = this.#layout;
    const at = start + index * 2 * entryBytes;
    const next = at + 2 * entryBytes;
    const [address = 0, end = 0] =
      entryBytes === 4
        ? [at, next].map((each) => this.#bytes().u32(each) + this.#textStart)
        : linked(this.#elf, [this.#place.address + at, this.#place.address + next]);
    if (end <= address || !this.#elf.isCode(address)) throw new ElfError("a function that is no code");
    return { address, end };
  }

  #bytes(): TableBytes {
    return new TableBytes(this.#elf, this.#place.offset, this.#place.size);
  }
}

function findTable(elf: ElfFile): { place: TablePlace; layout: FunctionTableLayout } {
  for (const name of SECTIONS) {
    const place = elf.section(name);
    if (place) return { place, layout: readLayout(elf, place) };
  }
  // No section headers, or a linker that put it together with others (position-independent, by way of C's linker).
  let left = CANDIDATES_MAX;
  let unsearched = SEARCH_MAX_BYTES;
  for (const segment of elf.loaded) {
    unsearched -= segment.fileBytes;
    if (unsearched < 0) break;
    for (const at of findBytes(elf, segment.offset, segment.fileBytes, afterMagic(elf.machine))) {
      const offset = at - 1;
      if (left <= 0) break;
      left -= 1;
      if (offset < segment.offset) continue;
      const before = offset - segment.offset;
      const place = { offset, address: segment.address + before, size: segment.fileBytes - before };
      try {
        return { place, layout: readLayout(elf, place) };
      } catch (error) {
        if (!(error instanceof ElfError)) throw error;
      }
    }
  }
  throw new ElfError("no table of functions");
}

function linked(elf: ElfFile, words: number[]): number[] {
  const found = elf.linkedAddresses(words);
  return words.map((word) => found.get(word) ?? 0);
}

/** `runtime.moduledata`: its first word leads to the table, its 23rd to where Go's code begins, as the runtime has it. */
const MODULE_SECTION = ".go.module";
const MODULE_TEXT_AT = 22 * 8;

/**
 * From where addresses are counted. Since Go 1.26 the table does not say it any more; then the module does, and where it
 * has no section of its own, Go's code is all code.
 */
function textStart(elf: ElfFile, place: TablePlace, { textStartAt }: FunctionTableLayout): number {
  if (textStartAt === undefined) return 0;
  const [own = 0] = linked(elf, [place.address + textStartAt]);
  if (own !== 0) return own;
  const module = elf.section(MODULE_SECTION);
  if (!module) return elf.section(".text")?.address ?? 0;
  const [table, text = 0] = linked(elf, [module.address, module.address + MODULE_TEXT_AT]);
  if (table !== place.address) throw new ElfError("a module with another table of functions");
  return text;
}
