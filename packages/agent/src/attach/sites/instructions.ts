import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import type * as Iced from "iced-x86";
import { baseOf, type MovedWords, movedWords, type StackWord } from "./moved-words.js";

/** One x86-64 instruction, as far as choosing a probe site asks. */
export interface Instruction extends MovedWords {
  address: number;
  length: number;
  /** the bytes themselves: which instructions the kernel emulates is a question of encoding */
  bytes: Buffer;
  flow: "next" | "call" | "jump" | "conditional" | "indirect_call" | "indirect_jump" | "end";
  /** where a direct call or jump goes, or the address of the memory operand of an indirect one relative to rip */
  target?: number;
  /** 64-bit names of the registers that may be written, `rsp` included */
  writes: ReadonlySet<string>;
  /** the register that is given an address on the stack (`mov rcx, rsp`, `lea r8, [rbp-16]`) */
  stackAddressTo?: string;
  /** where it may write the stack; undefined where it does not, or not at a fixed distance */
  storesAt?: StackWord;
  /** how many it writes there at most */
  storedBytes?: number;
}

/** A library is disassembled when it is first seen, and most at the start. */
const FORGET_AFTER_MS = 5_000;

const require = createRequire(import.meta.url);
let library: typeof Iced | undefined;

// A megabyte of WebAssembly that takes ten of memory: loaded when something is disassembled, and forgotten after that.
const iced = (): typeof Iced => {
  if (library) return library;
  // Some functions of it run for some milliseconds in all: to compile the rest, or to optimise, would only take memory.
  setFlagsFromString("--wasm-lazy-compilation --liftoff-only");
  library = require("iced-x86") as typeof Iced;
  setTimeout(forget, FORGET_AFTER_MS).unref();
  return library;
};

const forget = (): void => {
  library = undefined;
  delete require.cache[require.resolve("iced-x86")];
};

/**
 * Decodes from the first byte on; ends before the first thing that is no instruction, after `max`, or after what is the last
 * that is wanted.
 */
export function decode(
  code: Buffer,
  address: number,
  max: number,
  isLast: (instruction: Instruction) => boolean = () => false,
): Instruction[] {
  const { Decoder, DecoderOptions, InstructionInfoFactory, Instruction: IcedInstruction } = iced();
  const decoder = new Decoder(64, code, DecoderOptions.None);
  const factory = new InstructionInfoFactory();
  const instruction = new IcedInstruction();
  const decoded: Instruction[] = [];
  try {
    decoder.ip = BigInt(address);
    while (decoder.canDecode && decoded.length < max) {
      const start = decoder.position;
      decoder.decodeOut(instruction);
      if (instruction.isInvalid) break;
      const described = describe(instruction, factory, code.subarray(start, start + instruction.length));
      decoded.push(described);
      if (isLast(described)) break;
    }
  } finally {
    instruction.free();
    factory.free();
    decoder.free();
  }
  return decoded;
}

function describe(
  instruction: Iced.Instruction,
  factory: Iced.InstructionInfoFactory,
  bytes: Buffer,
): Instruction {
  const { RegisterExt } = iced();
  const writes = new Set<string>();
  const info = factory.info(instruction);
  const stored = storedAt(info);
  for (const used of info.usedRegisters() as Iced.UsedRegister[]) {
    if (mayWrite(used.access)) writes.add(name(RegisterExt.fullRegister(used.register)));
    used.free();
  }
  info.free();
  const described: Instruction = {
    address: Number(instruction.ip),
    length: instruction.length,
    bytes,
    flow: flowOf(instruction),
    writes,
  };
  const target = targetOf(instruction);
  if (target !== undefined) described.target = target;
  const stack = stackAddressTo(instruction);
  if (stack !== undefined) described.stackAddressTo = stack;
  if (stored !== undefined) {
    described.storesAt = stored.at;
    described.storedBytes = stored.bytes;
  }
  return { ...described, ...movedWords(iced(), instruction) };
}

/** What is saved as a whole has no size of its own. */
const STORED_BYTES_MAX = 4096;

function storedAt(info: Iced.InstructionInfo): { at: StackWord; bytes: number } | undefined {
  const { MemorySizeExt } = iced();
  let stored: { at: StackWord; bytes: number } | undefined;
  for (const used of info.usedMemory() as Iced.UsedMemory[]) {
    const base = baseOf(iced(), used.base, used.index);
    if (base && mayWrite(used.access)) {
      const bytes = MemorySizeExt.size(used.memorySize) || STORED_BYTES_MAX;
      stored = { at: { base, at: Number(BigInt.asIntN(64, used.displacement)) }, bytes };
    }
    used.free();
  }
  return stored;
}

function mayWrite(access: Iced.OpAccess): boolean {
  const { OpAccess } = iced();
  return (
    access === OpAccess.Write ||
    access === OpAccess.CondWrite ||
    access === OpAccess.ReadWrite ||
    access === OpAccess.ReadCondWrite
  );
}

function flowOf(instruction: Iced.Instruction): Instruction["flow"] {
  const { FlowControl } = iced();
  switch (instruction.flowControl) {
    case FlowControl.Next:
      return "next";
    case FlowControl.Call:
      return "call";
    case FlowControl.IndirectCall:
      return "indirect_call";
    case FlowControl.UnconditionalBranch:
      return "jump";
    case FlowControl.IndirectBranch:
      return "indirect_jump";
    case FlowControl.ConditionalBranch:
      return "conditional";
    default:
      return "end";
  }
}

function targetOf(instruction: Iced.Instruction): number | undefined {
  const { FlowControl } = iced();
  switch (instruction.flowControl) {
    case FlowControl.Call:
    case FlowControl.UnconditionalBranch:
    case FlowControl.ConditionalBranch:
      return Number(instruction.nearBranchTarget);
    case FlowControl.IndirectBranch:
    case FlowControl.IndirectCall:
      return instruction.isIpRelMemoryOperand ? Number(instruction.ipRelMemoryAddress) : undefined;
    default:
      return undefined;
  }
}

function stackAddressTo(instruction: Iced.Instruction): string | undefined {
  const { Mnemonic, OpKind, Register } = iced();
  const onStack = (register: Iced.Register) => register === Register.RSP || register === Register.RBP;
  if (instruction.opCount !== 2 || instruction.op0Kind !== OpKind.Register) return undefined;
  if (instruction.mnemonic === Mnemonic.Mov && instruction.op1Kind === OpKind.Register) {
    return onStack(instruction.op1Register) ? name(instruction.op0Register) : undefined;
  }
  if (instruction.mnemonic === Mnemonic.Lea && instruction.op1Kind === OpKind.Memory) {
    return onStack(instruction.memoryBase) ? name(instruction.op0Register) : undefined;
  }
  return undefined;
}

const names = new Map<Iced.Register, string>();

/** Instructions name few registers, and often. */
const name = (register: Iced.Register): string => {
  let known = names.get(register);
  if (known === undefined) {
    known = (iced().Register[register] ?? "").toLowerCase();
    names.set(register, known);
  }
  return known;
};
