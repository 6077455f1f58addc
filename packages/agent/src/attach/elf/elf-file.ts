import { readBuildId } from "./build-id.js";
import type { ByteSource } from "./byte-source.js";
import { ElfError } from "./byte-source.js";
import {
  type ElfHeader,
  type Machine,
  readHeader,
  readSections,
  readSegments,
  type Section,
  type Segment,
  textAt,
  u64,
} from "./elf-header.js";
import { type FunctionSymbol, functionsNamed, SYMBOL_BYTES } from "./function-symbols.js";

const RELOCATION_BYTES = 24;
/** R_X86_64_RELATIVE, R_AARCH64_RELATIVE: the word is where the file was loaded and a number beside that. */
const RELATIVE: Record<Machine, number> = { "x86-64": 8, aarch64: 1027 };
const NAME_MAX_BYTES = 256;
/** Over all tables of a file, which may overlap in a hostile one. */
const RELOCATIONS_MAX = 2_000_000;
const DYNSYM = 11;
const SYMTAB = 2;
const RELA = 4;
const NOBITS = 8;
const PT_LOAD = 1;
const PT_INTERP = 3;

/**
 * What probing needs of an ELF file: exported functions, code at an address, which function a PLT slot stands for.
 * The file is somebody else's: every read is bounded by the file and by a limit, and throws ElfError beyond.
 */
export class ElfFile {
  readonly machine: Machine;
  /** its code holds addresses as they will be */
  readonly isFixed: boolean;
  readonly #source: ByteSource;
  readonly #segments: Segment[];
  readonly #sections: Section[];
  #imports: Map<number, string> | undefined;
  /** by name, those that were asked for: a large program's table takes tens of milliseconds to read */
  readonly #functions = new Map<string, FunctionSymbol | undefined>();

  constructor(source: ByteSource) {
    const header: ElfHeader = readHeader(source);
    this.machine = header.machine;
    this.isFixed = header.isFixed;
    this.#source = source;
    this.#segments = readSegments(source, header);
    this.#sections = readSections(source, header);
  }

  /** loaded by the dynamic linker, or by none: a static executable */
  get hasInterpreter(): boolean {
    return this.#segments.some((segment) => segment.type === PT_INTERP);
  }

  hasSection(name: string): boolean {
    return this.#sections.some((section) => section.name === name);
  }

  /** The first section of that name that has bytes in the file. */
  section(name: string): Section | undefined {
    return this.#sections.find((section) => section.name === name && section.type !== NOBITS);
  }

  /** without them nothing has a name: what is sought is found in the segments, or not at all */
  get hasSections(): boolean {
    return this.#sections.length > 0;
  }

  /** What is loaded from the file. */
  get loaded(): readonly Segment[] {
    return this.#segments.filter((segment) => segment.type === PT_LOAD);
  }

  /** Bytes by their place in the file. */
  bytes(offset: number, length: number): Buffer {
    return this.#source.read(offset, length);
  }

  /** The same of at most PIECE_MAX_BYTES, valid until the next piece of any file is read. */
  piece(offset: number, length: number): Buffer {
    return this.#source.piece(offset, length);
  }

  /** Bytes as linked, before any relocation. @throws ElfError where nothing is loaded from the file */
  data(address: number, length: number): Buffer {
    const segment = this.loaded.find((each) => holds(each, address));
    if (!segment || address + length > segment.address + segment.fileBytes) {
      throw new ElfError(`no data at 0x${address.toString(16)}`);
    }
    return this.#source.read(address - segment.address + segment.offset, length);
  }

  /**
   * Addresses that words hold as linked. In a position-independent file that another linker made they are in its table of
   * relocations and not in the words themselves. 0 where neither has one.
   */
  linkedAddresses(words: readonly number[]): Map<number, number> {
    const found = new Map(words.map((word) => [word, u64(this.data(word, 8), 0)]));
    if (![...found.values()].includes(0)) return found;
    for (const relocations of this.#relocationTables()) {
      for (let at = 0; at + RELOCATION_BYTES <= relocations.length; at += RELOCATION_BYTES) {
        if (relocations.readUInt32LE(at + 8) !== RELATIVE[this.machine]) continue;
        const word = Number(relocations.readBigUInt64LE(at));
        if (found.get(word) === 0) found.set(word, u64(relocations, at + 16));
      }
    }
    return found;
  }

  /** Functions of these names: those that the file exports, and of the others those that its full symbol table has. */
  functions(names: ReadonlySet<string>): Map<string, FunctionSymbol> {
    const unknown = new Set([...names].filter((name) => !this.#functions.has(name)));
    const exported = this.exportedFunctions(unknown);
    const inside = this.#functionsOf(SYMTAB, new Set([...unknown].filter((name) => !exported.has(name))));
    for (const name of unknown) this.#functions.set(name, exported.get(name) ?? inside.get(name));
    return new Map(
      [...names].flatMap((name) => {
        const symbol = this.#functions.get(name);
        return symbol ? [[name, symbol]] : [];
      }),
    );
  }

  /** Exported functions by name, of those asked for; of several versions of one name the first. */
  exportedFunctions(names: ReadonlySet<string>): Map<string, FunctionSymbol> {
    return this.#functionsOf(DYNSYM, names);
  }

  /** a full symbol table, which most installed files were stripped of */
  get hasSymbols(): boolean {
    return this.#sections.some((section) => section.type === SYMTAB);
  }

  /** in hexadecimal; undefined where the linker gave none */
  get buildId(): string | undefined {
    return readBuildId(this.#source, this.#segments);
  }

  /** Where in the file constants are, texts among them: section `.rodata`, or all that is loaded and never written to. */
  readOnlyData(): { offset: number; size: number }[] {
    const sections = this.#sections.filter(({ name, type }) => name === ".rodata" && type !== NOBITS);
    if (sections.length > 0) return sections.map(({ offset, size }) => ({ offset, size }));
    return this.#segments
      .filter(({ type, writable }) => type === PT_LOAD && !writable)
      .map(({ offset, fileBytes }) => ({ offset, size: fileBytes }));
  }

  #functionsOf(type: number, names: ReadonlySet<string>): Map<string, FunctionSymbol> {
    const symbols = this.#sections.find((section) => section.type === type);
    const strings = symbols && this.#sections[symbols.link];
    return symbols && strings ? functionsNamed(this.#source, symbols, strings, names) : new Map();
  }

  /** Names of the functions behind the slots of the global offset table, by the slot's address. */
  importedFunctions(): Map<number, string> {
    this.#imports ??= this.#readImports();
    return this.#imports;
  }

  #readImports(): Map<number, string> {
    const slots = new Map<number, string>();
    const table = this.#symbolTable();
    if (!table) return slots;
    for (const relocations of this.#relocationTables()) {
      for (let at = 0; at + RELOCATION_BYTES <= relocations.length; at += RELOCATION_BYTES) {
        const symbol = relocations.readUInt32LE(at + 12) * SYMBOL_BYTES;
        if (symbol === 0 || symbol + SYMBOL_BYTES > table.symbols.length) continue;
        const name = textAt(table.strings, table.symbols.readUInt32LE(symbol), NAME_MAX_BYTES);
        if (name !== "") slots.set(u64(relocations, at), name);
      }
    }
    return slots;
  }

  *#relocationTables(): Generator<Buffer> {
    let left = RELOCATIONS_MAX;
    for (const section of this.#sections) {
      if (section.type !== RELA || section.entryBytes !== RELOCATION_BYTES) continue;
      left -= section.size / RELOCATION_BYTES;
      if (left < 0) throw new ElfError("too many relocations");
      yield this.#source.read(section.offset, section.size);
    }
  }

  /** Where in the file the code at this address is; the kernel's uprobes count from the file's start. */
  fileOffset(address: number): number {
    const segment = this.#codeSegment(address);
    return address - segment.address + segment.offset;
  }

  /** Up to `length` bytes of code; fewer where the segment ends. @throws ElfError where there is no code */
  code(address: number, length: number): Buffer {
    const segment = this.#codeSegment(address);
    const rest = segment.address + segment.fileBytes - address;
    return this.#source.read(address - segment.address + segment.offset, Math.min(length, rest));
  }

  isCode(address: number): boolean {
    return this.#segments.some((segment) => covers(segment, address));
  }

  #codeSegment(address: number): Segment {
    const segment = this.#segments.find((each) => covers(each, address));
    if (!segment) throw new ElfError(`no code at 0x${address.toString(16)}`);
    return segment;
  }

  #symbolTable(): { symbols: Buffer; strings: Buffer } | undefined {
    const section = this.#sections.find((each) => each.type === DYNSYM);
    const strings = section && this.#sections[section.link];
    if (!section || !strings || section.entryBytes !== SYMBOL_BYTES) return undefined;
    return {
      symbols: this.#source.read(section.offset, section.size),
      strings: this.#source.read(strings.offset, strings.size),
    };
  }
}

const holds = (segment: Segment, address: number): boolean =>
  segment.type === PT_LOAD && address >= segment.address && address < segment.address + segment.fileBytes;

const covers = (segment: Segment, address: number): boolean => segment.executable && holds(segment, address);
