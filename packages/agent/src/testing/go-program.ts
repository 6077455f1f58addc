import { bytesOf } from "../attach/elf/byte-source.js";
import { ElfFile } from "../attach/elf/elf-file.js";
import type { Machine } from "../attach/elf/elf-header.js";

/** The smallest programs that Go's linkers of each generation could have made, for readers of them. */
export type TableGeneration = "1.2" | "1.16" | "1.18" | "1.20" | "1.26";

export interface GoProgramOptions {
  generation: TableGeneration;
  /** as the program says it; absent: it says nothing */
  version?: string;
  /** code by function name, in order */
  functions: Record<string, readonly number[]>;
  /** false: no section headers */
  sections?: boolean;
  /** x86-64, if not told otherwise */
  machine?: Machine;
}

const BASE = 0x400000;
const TEXT_AT = 0x1000;
const READ_ONLY_AT = 0x2000;
const DATA_AT = 0x6000;
const MODULE_AT = 0x6200;
const SIZE = 0x7000;
const ALIGN_CODE_TO = 32;
/** Number in the header, least distance between instructions, padding. */
const MACHINES: Record<Machine, { number: number; quantum: number; padding: number }> = {
  "x86-64": { number: 62, quantum: 1, padding: 0xcc },
  aarch64: { number: 183, quantum: 4, padding: 0 },
};

export function goProgramBytes(options: GoProgramOptions): Buffer {
  const file = Buffer.alloc(SIZE);
  const machine = MACHINES[options.machine ?? "x86-64"];
  const entries = placeCode(file, options.functions, machine.padding);
  const table = functionTable(options.generation, entries, machine.quantum);
  table.copy(file, READ_ONLY_AT);
  if (options.version !== undefined) placeVersion(file, options.version, options.generation);
  if (options.generation === "1.26") placeModule(file, entries[0]?.address ?? 0);
  const names = options.sections === false ? [] : [".text", ".gopclntab", ".go.buildinfo", ".go.module"];
  placeHeaders(file, names.length > 0 ? [...names, ".shstrtab"] : [], table.length, machine.number);
  return file;
}

export const goElf = (options: GoProgramOptions): ElfFile => new ElfFile(bytesOf(goProgramBytes(options)));

/** Addresses as linked: of the first byte, and behind the last one. */
interface Entry {
  name: string;
  address: number;
  end: number;
}

function placeCode(file: Buffer, functions: GoProgramOptions["functions"], padding: number): Entry[] {
  let at = TEXT_AT;
  return Object.entries(functions).map(([name, code]) => {
    const end = Math.ceil((at + code.length) / ALIGN_CODE_TO) * ALIGN_CODE_TO;
    file.fill(padding, at, end);
    file.set(code, at);
    const entry = { name, address: BASE + at, end: BASE + end };
    at = end;
    return entry;
  });
}

const MAGIC: Record<TableGeneration, number> = {
  ...{ "1.2": 0xfb, "1.16": 0xfa, "1.18": 0xf0, "1.20": 0xf1, "1.26": 0xf1 },
};
const isLate = (generation: TableGeneration): boolean => generation !== "1.2" && generation !== "1.16";

function functionTable(generation: TableGeneration, entries: Entry[], quantum: number): Buffer {
  const isOld = generation === "1.2";
  const isShort = isLate(generation);
  const entryBytes = isShort ? 4 : 8;
  const headerWords = isOld ? 1 : isShort ? 8 : 7;
  const headerBytes = 8 + headerWords * 8;
  const indexBytes = (entries.length * 2 + 1) * entryBytes + 4;
  const names = Buffer.from(entries.map(({ name }) => `${name}\0`).join(""), "latin1");
  const nameAt = (index: number) =>
    entries.slice(0, index).reduce((sum, { name }) => sum + name.length + 1, 0);
  const DESCRIPTION_BYTES = 40;
  // Since 1.16: header, names, index, descriptions. Before: header, index, descriptions, names.
  const namesAt = isOld ? headerBytes + indexBytes + entries.length * DESCRIPTION_BYTES : headerBytes;
  const indexAt = isOld ? headerBytes : headerBytes + names.length;
  const descriptionsFrom = isOld ? 0 : indexAt;
  const table = Buffer.alloc(headerBytes + indexBytes + names.length + entries.length * DESCRIPTION_BYTES);
  table.set([MAGIC[generation], 0xff, 0xff, 0xff, 0, 0, quantum, 8]);
  const word = (index: number, value: number) => table.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  const number = (value: number, at: number) =>
    isShort ? table.writeUInt32LE(value, at) : table.writeBigUInt64LE(BigInt(value), at);
  const start = isShort ? (entries[0]?.address ?? 0) : 0;
  word(0, entries.length);
  if (!isOld) {
    const first = isShort ? 3 : 2;
    if (isShort && generation !== "1.26") word(2, start);
    word(first, namesAt);
    for (const part of [1, 2, 3, 4]) word(first + part, indexAt);
  }
  names.copy(table, namesAt);
  for (const [index, { address, end }] of entries.entries()) {
    const description = indexAt + indexBytes + index * DESCRIPTION_BYTES;
    number(address - start, indexAt + index * 2 * entryBytes);
    number(description - descriptionsFrom, indexAt + (index * 2 + 1) * entryBytes);
    number(end - start, indexAt + (index + 1) * 2 * entryBytes);
    number(address - start, description);
    table.writeInt32LE(nameAt(index) + (isOld ? namesAt : 0), description + entryBytes);
  }
  return table;
}

function placeVersion(file: Buffer, version: string, generation: TableGeneration): void {
  file.write("\xff Go buildinf:\x08", DATA_AT, "latin1");
  if (isLate(generation)) {
    file[DATA_AT + 15] = 2;
    file[DATA_AT + 32] = version.length;
    file.write(version, DATA_AT + 33, "latin1");
    return;
  }
  const string = DATA_AT + 64;
  file.writeBigUInt64LE(BigInt(BASE + string), DATA_AT + 16);
  file.writeBigUInt64LE(BigInt(BASE + string + 16), string);
  file.writeBigUInt64LE(BigInt(version.length), string + 8);
  file.write(version, string + 16, "latin1");
}

/** `runtime.moduledata`: the table, and where code begins. */
function placeModule(file: Buffer, text: number): void {
  file.writeBigUInt64LE(BigInt(BASE + READ_ONLY_AT), MODULE_AT);
  file.writeBigUInt64LE(BigInt(text), MODULE_AT + 22 * 8);
}

function placeHeaders(file: Buffer, names: string[], tableBytes: number, machine: number): void {
  const u64 = (value: number, at: number) => file.writeBigUInt64LE(BigInt(value), at);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine, 18);
  const segments: [flags: number, at: number, end: number][] = [
    [5, TEXT_AT, READ_ONLY_AT],
    [4, READ_ONLY_AT, DATA_AT],
    [6, DATA_AT, SIZE],
  ];
  u64(64, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(segments.length, 56);
  for (const [index, [flags, at, end]] of segments.entries()) {
    const header = 64 + index * 56;
    file.writeUInt32LE(1, header);
    file.writeUInt32LE(flags, header + 4);
    for (const [field, value] of [at, BASE + at, BASE + at, end - at, end - at, 4096].entries())
      u64(value, header + 8 + field * 8);
  }
  if (names.length === 0) return;
  const SECTIONS_AT = 0x400;
  const NAMES_AT = 0x800;
  const places: Record<string, [address: number, offset: number, size: number]> = {
    ".text": [BASE + TEXT_AT, TEXT_AT, READ_ONLY_AT - TEXT_AT],
    ".gopclntab": [BASE + READ_ONLY_AT, READ_ONLY_AT, tableBytes],
    ".go.buildinfo": [BASE + DATA_AT, DATA_AT, 256],
    ".go.module": [BASE + MODULE_AT, MODULE_AT, 592],
    ".shstrtab": [0, NAMES_AT, 256],
  };
  u64(SECTIONS_AT, 40);
  file.writeUInt16LE(64, 58);
  file.writeUInt16LE(names.length, 60);
  file.writeUInt16LE(names.length - 1, 62);
  let nameAt = 1;
  for (const [index, name] of names.entries()) {
    const header = SECTIONS_AT + index * 64;
    file.write(name, NAMES_AT + nameAt, "latin1");
    file.writeUInt32LE(nameAt, header);
    file.writeUInt32LE(1, header + 4);
    for (const [field, value] of (places[name] ?? []).entries()) u64(value, header + 16 + field * 8);
    nameAt += name.length + 1;
  }
}
