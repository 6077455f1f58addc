import type * as Iced from "iced-x86";

/** A word of the stack: bytes above the stack pointer, or above `rbp`, which may be a function's frame pointer. */
export interface StackWord {
  base: "rsp" | "rbp";
  at: number;
}

/** What an instruction moves between registers and words of the stack, and how far it moves the stack pointer. */
export interface MovedWords {
  /** how many bytes of a register it moves, the lower ones: by a `mov`, `push` or `pop` between registers and the stack */
  movedBytes?: 1 | 4 | 8;
  /** the register that it stores, by its 64-bit name */
  stores?: string;
  /** the register that it gives a word of the stack */
  loads?: { register: string; from: StackWord };
  /** the register that it gives the value of another one */
  copies?: { register: string; from: string };
  /** where it leaves the stack pointer, as that and `rbp` were before; undefined where that is not to be told from itself */
  movesStackTo?: StackWord;
}

export function movedWords(iced: typeof Iced, instruction: Iced.Instruction): MovedWords {
  const { Mnemonic, OpKind } = iced;
  const movesStackTo = movedPointer(iced, instruction);
  const still: MovedWords = movesStackTo ? { movesStackTo } : {};
  const to = lowerRegister(iced, instruction, 0);
  const from = lowerRegister(iced, instruction, 1);
  switch (instruction.mnemonic) {
    case Mnemonic.Push:
      return to ? { ...still, movedBytes: to.bytes, stores: to.name } : still;
    case Mnemonic.Pop:
      return to ? { ...still, movedBytes: to.bytes, loads: { register: to.name, from: TOP } } : still;
    case Mnemonic.Mov: {
      if (to && from) {
        return { ...still, movedBytes: to.bytes, copies: { register: to.name, from: from.name } };
      }
      if (from && instruction.op0Kind === OpKind.Memory) {
        return { ...still, movedBytes: from.bytes, stores: from.name };
      }
      const at = instruction.op1Kind === OpKind.Memory ? stackWord(iced, instruction) : undefined;
      if (!to || at === undefined) return still;
      return { ...still, movedBytes: to.bytes, loads: { register: to.name, from: at } };
    }
    default:
      return still;
  }
}

interface Lower {
  name: string;
  bytes: 1 | 4 | 8;
}

const lowers = new Map<Iced.Register, Lower | undefined>();

/** The lower part of a register, or all of it. */
function lowerRegister(iced: typeof Iced, instruction: Iced.Instruction, operand: 0 | 1): Lower | undefined {
  if (operand >= instruction.opCount || instruction.opKind(operand) !== iced.OpKind.Register)
    return undefined;
  const register = instruction.opRegister(operand);
  if (!lowers.has(register)) lowers.set(register, lowerOf(iced, register));
  return lowers.get(register);
}

function lowerOf({ Register, RegisterExt }: typeof Iced, register: Iced.Register): Lower | undefined {
  const bytes = RegisterExt.size(register);
  const isUpper = [Register.AH, Register.BH, Register.CH, Register.DH].includes(register);
  if ((bytes !== 1 && bytes !== 4 && bytes !== 8) || isUpper || !RegisterExt.isGPR(register))
    return undefined;
  return { name: (Register[RegisterExt.fullRegister(register)] ?? "").toLowerCase(), bytes };
}

const TOP: StackWord = { base: "rsp", at: 0 };

/** The memory operand, where it is at a fixed distance from one of the two. */
function stackWord(iced: typeof Iced, instruction: Iced.Instruction): StackWord | undefined {
  const { Register } = iced;
  const base = baseOf(iced, instruction.memoryBase, instruction.memoryIndex);
  const isOwn = instruction.segmentPrefix === Register.None;
  return base && isOwn ? { base, at: Number(BigInt.asIntN(64, instruction.memoryDisplacement)) } : undefined;
}

/** Undefined where memory that is addressed so is not at a fixed distance from either. */
export function baseOf(
  { Register }: typeof Iced,
  base: Iced.Register,
  index: Iced.Register,
): StackWord["base"] | undefined {
  if (index !== Register.None) return undefined;
  return base === Register.RSP ? "rsp" : base === Register.RBP ? "rbp" : undefined;
}

function movedPointer(iced: typeof Iced, instruction: Iced.Instruction): StackWord | undefined {
  const { FlowControl, Mnemonic, OpKind, Register, RegisterExt } = iced;
  const { flowControl, mnemonic } = instruction;
  // What is called takes its return address off again.
  if (flowControl === FlowControl.Call || flowControl === FlowControl.IndirectCall) return TOP;
  if (mnemonic === Mnemonic.Cmp || mnemonic === Mnemonic.Test) return TOP;
  const names = (operand: 0 | 1) =>
    operand < instruction.opCount &&
    instruction.opKind(operand) === OpKind.Register &&
    RegisterExt.fullRegister(instruction.opRegister(operand)) === Register.RSP;
  if (mnemonic === Mnemonic.Leave) return { base: "rbp", at: WORD_BYTES };
  if (mnemonic === Mnemonic.Enter) return undefined;
  if (mnemonic === Mnemonic.Xchg && (names(0) || names(1))) return undefined;
  if (!names(0) || mnemonic === Mnemonic.Push) return { base: "rsp", at: instruction.stackPointerIncrement };
  if (mnemonic === Mnemonic.Lea) return stackWord(iced, instruction);
  if (mnemonic === Mnemonic.Mov && instruction.op1Register === Register.RBP) return { base: "rbp", at: 0 };
  const isByConstant = instruction.op1Kind !== OpKind.Register && instruction.op1Kind !== OpKind.Memory;
  if (!isByConstant || (mnemonic !== Mnemonic.Sub && mnemonic !== Mnemonic.Add)) return undefined;
  const bytes = Number(BigInt.asIntN(64, instruction.immediate(1)));
  return { base: "rsp", at: mnemonic === Mnemonic.Add ? bytes : -bytes };
}

const WORD_BYTES = 8;
