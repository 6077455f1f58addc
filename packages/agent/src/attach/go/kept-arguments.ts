import type { GoInstruction } from "./go-instruction.js";
import type { GoCallingConvention } from "./go-version.js";

const RETURN_ADDRESS_BYTES = 8;
const WORD_BYTES = 8;

/** A function that has its receiver and its first argument on the stack all along, once it has begun. */
export interface KeptArguments {
  /** between the stack pointer and the word of the return address (arm64: where a callee would keep its own), above which they are */
  frameBytes: number;
}

/**
 * Where a method keeps what it was called with. With registers the caller leaves room for it above the return address
 * (cmd/compile/abi-internal.md of Go, "spill space"), and a function that needs it after a call puts it there when it begins; without,
 * it is there anyway. undefined where the code does not show it, or writes these places once more.
 */
export function keptArguments(
  code: readonly GoInstruction[],
  convention: GoCallingConvention,
  registers: readonly [string, string],
): KeptArguments | undefined {
  const beginning = beginningOf(code);
  const frameBytes = beginning.reduce((sum, { takesStackBytes }) => sum + takesStackBytes, 0);
  if (frameBytes <= 0) return undefined;
  const receiver = frameBytes + RETURN_ADDRESS_BYTES;
  const end = receiver + registers.length * WORD_BYTES;
  const writes = code
    .flatMap(({ stores }) => stores)
    .filter(({ at, bytes }) => at < end && at + bytes > receiver);
  const kept = beginning.flatMap(({ stores }) => stores);
  const areKept =
    convention === "stack"
      ? writes.length === 0
      : writes.length === registers.length &&
        registers.every((register, index) =>
          kept.some((word) => word.register === register && word.at === receiver + index * WORD_BYTES),
        );
  return areKept ? { frameBytes } : undefined;
}

/** From the stack check on to the first call or jump. */
function beginningOf(code: readonly GoInstruction[]): readonly GoInstruction[] {
  const check = code.findIndex(({ flow }) => flow === "conditional");
  const rest = code.slice(check + 1);
  const end = rest.findIndex(({ flow }) => flow !== "next");
  return end < 0 ? rest : rest.slice(0, end);
}
