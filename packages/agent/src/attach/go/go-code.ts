import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import { UnknownBuild } from "../unknown-build.js";
import type { GoFunction } from "./function-table.js";
import type { GoInstruction, StackCheck } from "./go-instruction.js";
import { goMachine } from "./go-machine.js";
import type { GoCallingConvention } from "./go-version.js";

export interface GoCode {
  /** to the function's end, padding included */
  code: GoInstruction[];
  check: StackCheck;
}

const CODE_MAX_BYTES = 64 * 1024;

/**
 * All instructions of a Go function: there is no data among them. That it begins as its calling convention has it also
 * shows that the table of functions was understood. @throws UnknownBuild where it does not, or is no code all through
 */
export function goFunctionCode(
  elf: ElfFile,
  symbol: string,
  { address, end }: GoFunction,
  convention: GoCallingConvention,
): GoCode {
  if (end - address > CODE_MAX_BYTES) throw new ElfError(`${symbol} is too large`);
  const bytes = elf.code(address, end - address);
  const { code, check } = goMachine(elf.machine).decode(bytes, address);
  const last = code.at(-1);
  if (last === undefined || last.address + last.length !== end) {
    throw new UnknownBuild(`${symbol} has bytes that are no instructions`);
  }
  if (check?.convention !== convention) {
    throw new UnknownBuild(`${symbol} begins in a way that is not known`);
  }
  return { code, check };
}
