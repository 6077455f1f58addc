import { decode, type Instruction } from "../sites/instructions.js";
import type { GoFunctionCode, GoInstruction } from "./go-instruction.js";
import { x86StackCheck } from "./stack-check-x86-64.js";

const WORD_BYTES = 8;
const RET = 0xc3;

export function x86Code(bytes: Buffer, address: number): GoFunctionCode {
  const code = decode(bytes, address, bytes.length);
  return { code: code.map(described), check: x86StackCheck(code) };
}

const described = (instruction: Instruction): GoInstruction => {
  const { address, length, flow, target, bytes } = instruction;
  return {
    ...{ address, length, flow, ...(target === undefined ? {} : { target }) },
    isReturn: bytes.length === 1 && bytes[0] === RET,
    stores: storesOf(instruction),
    takesStackBytes: takesStackBytes(bytes),
  };
};

function storesOf({ storesAt, storedBytes, stores, movedBytes }: Instruction): GoInstruction["stores"] {
  if (storesAt?.base !== "rsp" || storedBytes === undefined) return [];
  const isWhole = stores !== undefined && movedBytes === WORD_BYTES;
  return [{ at: storesAt.at, bytes: storedBytes, ...(isWhole ? { register: stores } : {}) }];
}

/** `push rbp`, and `sub rsp, n` with n in a byte or in four. */
function takesStackBytes(bytes: Buffer): number {
  if (bytes.length === 1 && bytes[0] === 0x55) return WORD_BYTES;
  const takesFromStack = bytes[0] === 0x48 && bytes[2] === 0xec;
  if (takesFromStack && bytes[1] === 0x83) return bytes.readInt8(3);
  if (takesFromStack && bytes[1] === 0x81) return bytes.readInt32LE(3);
  return 0;
}
