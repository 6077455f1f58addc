import type { Instruction } from "./instructions.js";

/**
 * Whether the kernel emulates this instruction when a probe stands on it; any other is single-stepped, which costs many
 * times more. As arch/x86/kernel/uprobes.c has it since Linux 3.16: push of any register (r8 to r15 with REX 41 and no
 * other prefix), the one-byte nop, near call, jmp short and near, conditional jumps short and near; none with a prefix.
 * (Later kernels emulate more; they emulate these too.)
 */
export function isEmulated({ bytes }: Pick<Instruction, "bytes">): boolean {
  const [first = 0, second = 0] = bytes;
  const isPush = (opcode: number) => opcode >= 0x50 && opcode <= 0x57;
  if (bytes.length === 1) return isPush(first) || first === 0x90;
  if (bytes.length === 2) {
    return (first === 0x41 && isPush(second)) || first === 0xeb || (first >= 0x70 && first <= 0x7f);
  }
  if (bytes.length === 5) return first === 0xe8 || first === 0xe9;
  return bytes.length === 6 && first === 0x0f && second >= 0x80 && second <= 0x8f;
}

/** How far from a function's start a probe may stand. */
const INSTRUCTIONS_MAX = 6;

/** Registers that hold arguments, and the stack pointer, by which entry and return are matched and returns are caught. */
export const CALL_REGISTERS = ["rsp", "rdi", "rsi", "rdx", "rcx", "r8"] as const;
/** What an entry-only probe reads. */
export const ENTRY_REGISTERS = ["rdi"] as const;

/**
 * The first instruction that the kernel emulates, reached always, once a call, and with `registers` as they were at entry:
 * as good a place as the function's first byte. @returns its address, or undefined where there is none
 */
export function emulatedSite(code: Instruction[], registers: readonly string[]): number | undefined {
  for (const [index, instruction] of code.slice(0, INSTRUCTIONS_MAX).entries()) {
    if (isEmulated(instruction)) {
      return isReachedOnce(code, index) ? instruction.address : undefined;
    }
    if (instruction.flow !== "next") return undefined;
    if (registers.some((register) => instruction.writes.has(register))) return undefined;
  }
  return undefined;
}

/** No branch in the function goes back to the site or to what leads to it: a loop there would count a call twice. */
function isReachedOnce(code: Instruction[], index: number): boolean {
  const first = code[0]?.address ?? 0;
  const site = code[index]?.address ?? 0;
  if (site === first) return true;
  return !code.some(
    ({ flow, target }) =>
      (flow === "jump" || flow === "conditional") && target !== undefined && target > first && target <= site,
  );
}
