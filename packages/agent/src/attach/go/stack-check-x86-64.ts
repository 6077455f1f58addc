import type { Instruction } from "../sites/instructions.js";
import type { StackCheck } from "./go-instruction.js";

const INSTRUCTIONS_MAX = 5;

/**
 * As cmd/internal/obj/x86 of Go makes it (`stacksplit`). With registers the goroutine is in r14; else the first instruction loads it from
 * the thread's own memory. undefined where it is none of the shapes that are known.
 */
export function x86StackCheck(code: readonly Instruction[]): StackCheck | undefined {
  const start = code.slice(0, INSTRUCTIONS_MAX);
  const jumpAt = start.findIndex(({ flow }) => flow !== "next");
  const jump = start[jumpAt];
  const compare = start[jumpAt - 1];
  if (!jump || !compare || !isJumpBelowOrEqual(jump)) return undefined;
  const before = start.slice(0, jumpAt - 1);
  if (comparesWithRegister(compare)) {
    return before.every(isStackDistance) ? { jump: jump.address, convention: "register" } : undefined;
  }
  if (!comparesWithLoaded(compare)) return undefined;
  const loads = loadsFromThread(before);
  if (loads === 0 || !before.slice(loads).every(isStackDistance)) return undefined;
  return { jump: jump.address, convention: "stack" };
}

const isJumpBelowOrEqual = ({ bytes }: Instruction): boolean =>
  bytes[0] === 0x76 || (bytes[0] === 0x0f && bytes[1] === 0x86);

/** `cmp rsp, [r14+16]`, or r12 or r13 in the stack pointer's place. */
const comparesWithRegister = ({ bytes }: Instruction): boolean =>
  bytes.length === 4 &&
  ((bytes[0] ?? 0) & 0xfb) === 0x49 &&
  bytes[1] === 0x3b &&
  ((bytes[2] ?? 0) & 0xc7) === 0x46 &&
  bytes[3] === 16;

/** `cmp rsp, [rcx+16]`, or another register in the stack pointer's place. */
const comparesWithLoaded = ({ bytes }: Instruction): boolean =>
  bytes.length === 4 &&
  bytes[0] === 0x48 &&
  bytes[1] === 0x3b &&
  ((bytes[2] ?? 0) & 0xc7) === 0x41 &&
  bytes[3] === 16;

/** `lea reg, [rsp-n]`: a larger frame is compared by its end. */
const isStackDistance = ({ bytes }: Instruction): boolean =>
  (bytes[0] === 0x48 || bytes[0] === 0x4c) && bytes[1] === 0x8d && bytes[3] === 0x24;

/** How many instructions are `mov rcx, fs:[n]`; in a position-independent program `mov rcx, n` and `mov rcx, fs:[rcx]`. */
function loadsFromThread([first, second]: readonly Instruction[]): number {
  if (first && startsWith(first, [0x64, 0x48, 0x8b, 0x0c, 0x25])) return 1;
  const areTwo =
    first && second && startsWith(first, [0x48, 0xc7, 0xc1]) && startsWith(second, [0x64, 0x48, 0x8b, 0x09]);
  return areTwo ? 2 : 0;
}

const startsWith = ({ bytes }: Instruction, wanted: number[]): boolean =>
  bytes.subarray(0, wanted.length).equals(Buffer.from(wanted));
