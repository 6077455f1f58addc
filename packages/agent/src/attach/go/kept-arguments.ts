import type { Instruction } from "../sites/instructions.js";
import type { GoCallingConvention } from "./go-version.js";

const RETURN_ADDRESS_BYTES = 8;
const WORD_BYTES = 8;

/** A function that has its receiver and its first argument on the stack all along, once it has begun. */
export interface KeptArguments {
  /** between the stack pointer and the return address, above which they are */
  frameBytes: number;
}

/**
 * Where a method keeps what it was called with. With registers the caller leaves room for it above the return address
 * (cmd/compile/abi-internal.md of Go, "spill space"), and a function that needs it after a call puts it there when it begins; without,
 * it is there anyway. undefined where the code does not show it, or writes these places once more.
 */
export function keptArguments(
  code: readonly Instruction[],
  convention: GoCallingConvention,
): KeptArguments | undefined {
  const beginning = beginningOf(code);
  const { frameBytes } = beginning;
  if (frameBytes <= 0) return undefined;
  const receiver = frameBytes + RETURN_ADDRESS_BYTES;
  const places = [receiver, receiver + WORD_BYTES];
  const stores = code.filter(
    ({ storesAt }) =>
      storesAt?.base === "rsp" &&
      storesAt.at >= receiver &&
      storesAt.at < receiver + places.length * WORD_BYTES,
  );
  const isKept = (register: string, at: number | undefined) =>
    beginning.code.some(
      ({ stores: stored, storesAt, movedBytes }) =>
        stored === register && storesAt?.base === "rsp" && storesAt.at === at && movedBytes === WORD_BYTES,
    );
  const areKept =
    convention === "stack"
      ? stores.length === 0
      : stores.length === places.length && isKept("rax", places[0]) && isKept("rbx", places[1]);
  return areKept ? { frameBytes } : undefined;
}

/** The code from the stack check on to the first call or jump, and how far it moves the stack pointer. */
function beginningOf(code: readonly Instruction[]): { frameBytes: number; code: Instruction[] } {
  const check = code.findIndex(({ flow }) => flow === "conditional");
  const rest = code.slice(check + 1);
  const end = rest.findIndex(({ flow }) => flow !== "next");
  const beginning = end < 0 ? rest : rest.slice(0, end);
  return {
    frameBytes: beginning.reduce((sum, { bytes }) => sum + pushedBytes(bytes), 0),
    code: beginning,
  };
}

/** `push rbp`, and `sub rsp, n` with n in a byte or in four. */
function pushedBytes(bytes: Buffer): number {
  if (bytes.length === 1 && bytes[0] === 0x55) return WORD_BYTES;
  const takesFromStack = bytes[0] === 0x48 && bytes[2] === 0xec;
  if (takesFromStack && bytes[1] === 0x83) return bytes.readInt8(3);
  if (takesFromStack && bytes[1] === 0x81) return bytes.readInt32LE(3);
  return 0;
}
