import type * as Iced from "iced-x86";

const WORD_BYTES = 8;

/** What an instruction moves between 64-bit registers and words of the stack, and how far it moves the stack pointer. */
export interface MovedWords {
  /** the register that it stores, where it is a `mov` or a `push` */
  stores?: string;
  /** the register that it gives a word of the stack, and from how many bytes above `rsp`: a `mov` or a `pop` */
  loads?: { register: string; from: number };
  /** the register that it gives the value of another one */
  copies?: { register: string; from: string };
  /** bytes that it takes off the stack, negative where it puts some there; undefined where that is not to be told from itself */
  pops?: number;
}

export function movedWords(iced: typeof Iced, instruction: Iced.Instruction): MovedWords {
  const { Mnemonic, OpKind } = iced;
  const register = (operand: 0 | 1) => longRegister(iced, instruction, operand);
  const pops = popped(iced, instruction);
  const moved: MovedWords = pops === undefined ? {} : { pops };
  const [to, from] = [register(0), register(1)];
  switch (instruction.mnemonic) {
    case Mnemonic.Push:
      return to === undefined ? moved : { ...moved, stores: to };
    case Mnemonic.Pop:
      return to === undefined ? moved : { ...moved, loads: { register: to, from: 0 } };
    case Mnemonic.Mov: {
      if (to !== undefined && from !== undefined) return { ...moved, copies: { register: to, from } };
      if (from !== undefined && instruction.op0Kind === OpKind.Memory) return { ...moved, stores: from };
      const at = to !== undefined && instruction.op1Kind === OpKind.Memory && stackWord(iced, instruction);
      return at === false || at === undefined
        ? moved
        : { ...moved, loads: { register: to as string, from: at } };
    }
    default:
      return moved;
  }
}

function longRegister(iced: typeof Iced, instruction: Iced.Instruction, operand: 0 | 1): string | undefined {
  if (operand >= instruction.opCount || instruction.opKind(operand) !== iced.OpKind.Register)
    return undefined;
  const register = instruction.opRegister(operand);
  if (iced.RegisterExt.size(register) !== WORD_BYTES) return undefined;
  return (iced.Register[register] ?? "").toLowerCase();
}

function stackWord(iced: typeof Iced, instruction: Iced.Instruction): number | undefined {
  const { Register } = iced;
  const isFixed = instruction.memoryBase === Register.RSP && instruction.memoryIndex === Register.None;
  const isOwn = instruction.segmentPrefix === Register.None;
  return isFixed && isOwn ? Number(BigInt.asIntN(64, instruction.memoryDisplacement)) : undefined;
}

function popped(iced: typeof Iced, instruction: Iced.Instruction): number | undefined {
  const { FlowControl, Mnemonic, OpKind, Register } = iced;
  const { flowControl, mnemonic } = instruction;
  // What is called takes its return address off again.
  if (flowControl === FlowControl.Call || flowControl === FlowControl.IndirectCall) return 0;
  const isOfStack =
    instruction.opCount > 0 &&
    instruction.op0Kind === OpKind.Register &&
    instruction.op0Register === Register.RSP;
  if (mnemonic === Mnemonic.Leave) return undefined;
  if (!isOfStack || mnemonic === Mnemonic.Cmp || mnemonic === Mnemonic.Test) {
    return instruction.stackPointerIncrement;
  }
  if (mnemonic === Mnemonic.Lea) return stackWord(iced, instruction);
  const isByConstant = instruction.op1Kind !== OpKind.Register && instruction.op1Kind !== OpKind.Memory;
  if (!isByConstant || (mnemonic !== Mnemonic.Sub && mnemonic !== Mnemonic.Add)) return undefined;
  const bytes = Number(BigInt.asIntN(64, instruction.immediate(1)));
  return mnemonic === Mnemonic.Add ? bytes : -bytes;
}
