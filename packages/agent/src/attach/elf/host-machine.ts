import { ElfError } from "./byte-source.js";
import type { ElfFile } from "./elf-file.js";
import type { Machine } from "./elf-header.js";

const BY_ARCHITECTURE: Record<string, Machine> = { x64: "x86-64", arm64: "aarch64" };
/** The machine whose code this host's kernel runs; undefined on one that is not supported. */
const HOST_MACHINE = BY_ARCHITECTURE[process.arch];

/**
 * An emulator (qemu's for a user's programs) maps code of another machine, and reads it: an instruction of this machine's
 * that a probe puts there would end the program (promise observe-only). @throws ElfError
 */
export function ofThisMachine(elf: ElfFile): ElfFile {
  if (elf.machine !== HOST_MACHINE) throw new ElfError(`it is code for ${elf.machine}, run by an emulator`);
  return elf;
}
