import type { ElfFile } from "../elf/elf-file.js";
import type { FunctionSymbol } from "../elf/function-symbols.js";
import { functionCode } from "./inner-function.js";
import type { Instruction } from "./instructions.js";
import { memoryOperand } from "./memory-operand.js";

/** From how many bytes behind its argument a function loads what it returns; undefined where it is not the same on every way. */
export function loadedFrom(elf: ElfFile, getter: FunctionSymbol, width: 4 | 8): number | undefined {
  const places = new Set<number>();
  let last: number | undefined;
  for (const instruction of functionCode(elf, getter)) {
    if (instruction.flow === "end" && last !== undefined) places.add(last);
    const isLeft = instruction.flow !== "next";
    last = loadedToResult(instruction, width) ?? (isLeft || instruction.writes.has("rax") ? undefined : last);
  }
  return onlyOf(places);
}

/** The one that there is; undefined where there are several, or none. */
export function onlyOf(places: ReadonlySet<number>): number | undefined {
  const [at, other] = places;
  return other === undefined ? at : undefined;
}

const REX_W = 0x48;
const LOAD = 0x8b;

/** `mov rax, [register + n]`, or `mov eax, …` of four bytes: n. */
function loadedToResult({ bytes }: Instruction, width: 4 | 8): number | undefined {
  const prefixes = width === 8 ? 1 : 0;
  // REX.B only names another base.
  if (prefixes > 0 && (bytes[0] ?? 0) >> 1 !== REX_W >> 1) return undefined;
  if (bytes[prefixes] !== LOAD) return undefined;
  const operand = memoryOperand(bytes, prefixes + 1);
  return operand?.register === 0 ? operand.by : undefined;
}
