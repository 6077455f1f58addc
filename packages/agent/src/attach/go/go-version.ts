import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import { type Machine, u64 } from "../elf/elf-header.js";
import { findBytes } from "./find-bytes.js";

/** What cmd/link writes at the start of a program's data (src/debug/buildinfo of Go). */
const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
const ALIGNED_TO = 16;
const HEADER_BYTES = 32;
const POINTER_BYTES_AT = 14;
const FLAGS_AT = 15;
const BIG_ENDIAN = 1;
const INLINE = 2;
const VERSION_MAX_BYTES = 128;
/** Without section headers: how far into each segment it is looked for. */
const SEARCH_MAX_BYTES = 1024 * 1024;

/**
 * With which Go a program was built, as it says itself: `go1.19.8`. undefined where it is no Go program.
 * @throws ElfError where it is one and its version cannot be read
 */
export function goVersion(elf: ElfFile): string | undefined {
  const address = buildInfoAddress(elf);
  if (address === undefined) return undefined;
  const header = elf.data(address, HEADER_BYTES);
  const flags = header[FLAGS_AT] ?? 0;
  if ((flags & BIG_ENDIAN) !== 0) throw new ElfError("build information of another byte order");
  if ((flags & INLINE) !== 0) return inlineVersion(elf, address + HEADER_BYTES);
  if (header[POINTER_BYTES_AT] !== 8) throw new ElfError("build information of another word size");
  return pointedVersion(elf, address + 16);
}

/** What the linker of Go leaves in every program since Go 1.5, for runtime and debuggers. */
const GO_SECTIONS = [".gopclntab", ".data.rel.ro.gopclntab", ".note.go.buildid"];

/** Also one whose version it does not say. */
export const isGoProgram = (elf: ElfFile): boolean =>
  GO_SECTIONS.some((name) => elf.hasSection(name)) || buildInfoAddress(elf) !== undefined;

function buildInfoAddress(elf: ElfFile): number | undefined {
  const section = elf.section(".go.buildinfo");
  if (section) return isMagic(elf.bytes(section.offset, MAGIC.length)) ? section.address : undefined;
  if (elf.hasSections) return undefined;
  for (const segment of elf.loaded) {
    const length = Math.min(segment.fileBytes, SEARCH_MAX_BYTES);
    for (const at of findBytes(elf, segment.offset, length, MAGIC)) {
      const address = segment.address + at - segment.offset;
      if (address % ALIGNED_TO === 0) return address;
    }
  }
  return undefined;
}

const isMagic = (bytes: Buffer): boolean => bytes.equals(MAGIC);

/** Since Go 1.18: the text behind its length. */
function inlineVersion(elf: ElfFile, address: number): string {
  const length = elf.data(address, 1)[0] ?? 0;
  if (length >= VERSION_MAX_BYTES) throw new ElfError("a Go version of absurd length");
  return elf.data(address + 1, length).toString("latin1");
}

/** Before Go 1.18: the address of a string, which is an address and a length. */
function pointedVersion(elf: ElfFile, address: number): string {
  const string = elf.linkedAddresses([address]).get(address) ?? 0;
  const length = u64(elf.data(string + 8, 8), 0);
  if (length >= VERSION_MAX_BYTES) throw new ElfError("a Go version of absurd length");
  const text = elf.linkedAddresses([string]).get(string) ?? 0;
  return elf.data(text, length).toString("latin1");
}

export type GoCallingConvention = "stack" | "register";

const FIRST_WITH_REGISTERS: Record<Machine, number> = { "x86-64": 17, aarch64: 18 };

/**
 * How functions take their arguments: in registers since Go 1.17, on arm64 since 1.18; of arm64 before that nothing is known. undefined
 * where the version does not tell: a development build without a number, or one that was built with another convention (`go1.17 X:noregabi`).
 */
export function callingConvention(version: string, machine: Machine): GoCallingConvention | undefined {
  const minor = /^(?:devel )?go1\.(\d{1,3})(?![\d])/.exec(version)?.[1];
  if (minor === undefined || version.includes("regabi")) return undefined;
  if (Number(minor) >= FIRST_WITH_REGISTERS[machine]) return "register";
  return machine === "x86-64" ? "stack" : undefined;
}
