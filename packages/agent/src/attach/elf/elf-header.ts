import { type ByteSource, ElfError } from "./byte-source.js";

/** The fields of the System V ABI that are read, 64 bit, little endian. */
export type Machine = "x86-64" | "aarch64";

export interface ElfHeader {
  machine: Machine;
  /** an executable that lies where it was linked (`ET_EXEC`); others lie anywhere */
  isFixed: boolean;
  segmentsAt: number;
  segments: number;
  sectionsAt: number;
  sections: number;
  sectionNames: number;
}

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
const MACHINES: Record<number, Machine> = { 62: "x86-64", 183: "aarch64" };
const ET_EXEC = 2;
const [ELFCLASS32, ELFCLASS64, ELFDATA2LSB] = [1, 2, 1];
const SEGMENTS_MAX = 256;
const SECTIONS_MAX = 4096;

/** What is wrong with a program of 32 bits: none of its calls are seen, of libraries and of the system. */
export const OF_32_BITS = "a program of 32 bits";

/** A number of 64 bits where no honest file needs more than 53. */
export function u64(buffer: Buffer, offset: number): number {
  const value = buffer.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError("a number is too large to be true");
  return Number(value);
}

export function readHeader(source: ByteSource): ElfHeader {
  const bytes = source.read(0, HEADER_BYTES);
  if (bytes.readUInt32BE(0) !== 0x7f454c46) throw new ElfError("not an ELF file");
  if (bytes[4] === ELFCLASS32) throw new ElfError(OF_32_BITS);
  if (bytes[4] !== ELFCLASS64 || bytes[5] !== ELFDATA2LSB) throw new ElfError("not 64 bit little endian");
  const machine = MACHINES[bytes.readUInt16LE(18)];
  if (machine === undefined) throw new ElfError("a machine that is not known");
  const header = {
    machine,
    isFixed: bytes.readUInt16LE(16) === ET_EXEC,
    segmentsAt: u64(bytes, 32),
    segments: bytes.readUInt16LE(56),
    sectionsAt: u64(bytes, 40),
    sections: bytes.readUInt16LE(60),
    sectionNames: bytes.readUInt16LE(62),
  };
  if (header.segments > 0 && bytes.readUInt16LE(54) !== SEGMENT_BYTES)
    throw new ElfError("odd segment headers");
  if (header.sections > 0 && bytes.readUInt16LE(58) !== SECTION_BYTES)
    throw new ElfError("odd section headers");
  if (header.segments > SEGMENTS_MAX || header.sections > SECTIONS_MAX)
    throw new ElfError("too many headers");
  return header;
}

export interface Segment {
  /** PT_LOAD 1, PT_INTERP 3, PT_NOTE 4 */
  type: number;
  executable: boolean;
  writable: boolean;
  offset: number;
  address: number;
  fileBytes: number;
}

export function readSegments(source: ByteSource, header: ElfHeader): Segment[] {
  const table = source.read(header.segmentsAt, header.segments * SEGMENT_BYTES);
  return Array.from({ length: header.segments }, (_, index) => {
    const at = index * SEGMENT_BYTES;
    return {
      type: table.readUInt32LE(at),
      executable: (table.readUInt32LE(at + 4) & 1) !== 0,
      writable: (table.readUInt32LE(at + 4) & 2) !== 0,
      offset: u64(table, at + 8),
      address: u64(table, at + 16),
      fileBytes: u64(table, at + 32),
    };
  });
}

export interface Section {
  name: string;
  /** SHT_RELA 4, SHT_NOBITS 8, SHT_DYNSYM 11 */
  type: number;
  /** as linked; 0 where it is not loaded */
  address: number;
  offset: number;
  size: number;
  link: number;
  entryBytes: number;
}

export function readSections(source: ByteSource, header: ElfHeader): Section[] {
  const table = source.read(header.sectionsAt, header.sections * SECTION_BYTES);
  const sections = Array.from({ length: header.sections }, (_, index) => {
    const at = index * SECTION_BYTES;
    return {
      nameAt: table.readUInt32LE(at),
      type: table.readUInt32LE(at + 4),
      address: u64(table, at + 16),
      offset: u64(table, at + 24),
      size: u64(table, at + 32),
      link: table.readUInt32LE(at + 40),
      entryBytes: u64(table, at + 56),
    };
  });
  const names = sections[header.sectionNames];
  const text = names && names.type !== 8 ? source.read(names.offset, names.size) : Buffer.alloc(0);
  return sections.map(({ nameAt, ...section }) => ({ name: textAt(text, nameAt, 256), ...section }));
}

/** A zero-terminated name; what has no end within `max` bytes is no name. */
export function textAt(table: Buffer, offset: number, max: number): string {
  if (offset >= table.length) return "";
  const end = table.subarray(offset, offset + max).indexOf(0);
  return end < 0 ? "" : table.toString("latin1", offset, offset + end);
}
