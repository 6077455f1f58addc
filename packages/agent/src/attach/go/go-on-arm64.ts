import type { GoFunctionCode, GoInstruction, StackCheck, StoredWord } from "./go-instruction.js";

const WORD_BYTES = 4;
const SP = 31;

/** Every word is taken for an instruction: which of them are none is the processor's to say, and their length is the same. */
export function arm64Code(bytes: Buffer, address: number): GoFunctionCode {
  const words = Array.from({ length: Math.floor(bytes.length / WORD_BYTES) }, (_, index) =>
    bytes.readUInt32LE(index * WORD_BYTES),
  );
  const code = words.map((word, index) => described(word, address + index * WORD_BYTES));
  return { code, check: stackCheck(words, address) };
}

const described = (word: number, address: number): GoInstruction => ({
  ...{ address, length: WORD_BYTES, ...flowOf(word, address) },
  isReturn: word === RET,
  stores: storesOf(word),
  takesStackBytes: takesStackBytes(word),
});

/** `ret`, by the link register. */
const RET = 0xd65f03c0;

const matches = (word: number, mask: number, value: number): boolean => (word & mask) >>> 0 === value;
const field = (word: number, lowest: number, bits: number): number => (word >>> lowest) & (2 ** bits - 1);
const signedField = (word: number, lowest: number, bits: number): number =>
  (word << (32 - lowest - bits)) >> (32 - bits);

/** Arm's Architecture Reference Manual for A-profile, "Branches, Exception Generating and System instructions". */
function flowOf(word: number, address: number): Pick<GoInstruction, "flow" | "target"> {
  const to = (lowest: number, bits: number) => address + signedField(word, lowest, bits) * WORD_BYTES;
  if (matches(word, 0xfc000000, 0x14000000)) return { flow: "jump", target: to(0, 26) };
  if (matches(word, 0xfc000000, 0x94000000)) return { flow: "call", target: to(0, 26) };
  if (matches(word, 0xff000000, 0x54000000)) return { flow: "conditional", target: to(5, 19) }; // b.cond
  if (matches(word, 0x7e000000, 0x34000000)) return { flow: "conditional", target: to(5, 19) }; // cbz, cbnz
  if (matches(word, 0x7e000000, 0x36000000)) return { flow: "conditional", target: to(5, 14) }; // tbz, tbnz
  if (!matches(word, 0xfe000000, 0xd6000000)) return { flow: "next" };
  switch (field(word, 21, 3)) {
    case 0:
      return { flow: "indirect_jump" };
    case 1:
      return { flow: "indirect_call" };
    default:
      return { flow: "end" };
  }
}

/**
 * Of the same manual, "Loads and Stores": those that write one or two registers at a distance from the stack pointer that the instruction
 * says. What is stored relative to another register is not seen, on any machine.
 */
function storesOf(word: number): StoredWord[] {
  if (field(word, 5, 5) !== SP) return [];
  const isVector = field(word, 26, 1) === 1;
  const size = field(word, 30, 2);
  if (matches(word, 0x3a400000, 0x28000000)) {
    const bytes = isVector ? 4 << size : size === 2 ? 8 : 4;
    const moves = field(word, 23, 2);
    const at = moves === POST_INDEXED_PAIR ? 0 : signedField(word, 15, 7) * bytes;
    return [
      stored(at, bytes, isVector, field(word, 0, 5)),
      stored(at + bytes, bytes, isVector, field(word, 10, 5)),
    ];
  }
  const isWide = isVector && size === 0 && field(word, 23, 1) === 1; // 16 bytes
  if (field(word, 22, 2) !== 0 && !(isWide && field(word, 22, 1) === 0)) return [];
  const scale = isWide ? 4 : size;
  if (matches(word, 0x3b000000, 0x39000000))
    return [stored(field(word, 10, 12) << scale, 1 << scale, isVector, field(word, 0, 5))];
  if (!matches(word, 0x3b200000, 0x38000000)) return [];
  const at = field(word, 10, 2) === POST_INDEXED ? 0 : signedField(word, 12, 9);
  return [stored(at, 1 << scale, isVector, field(word, 0, 5))];
}

const POST_INDEXED_PAIR = 1;
const POST_INDEXED = 1;
const REGISTER_BYTES = 8;

const stored = (at: number, bytes: number, isVector: boolean, register: number): StoredWord =>
  bytes === REGISTER_BYTES && !isVector ? { at, bytes, register: `x${register}` } : { at, bytes };

/** `str x30, [sp, #-n]!`, and for a large frame `sub x20, sp, n`, which the stack pointer is set to two instructions later. */
function takesStackBytes(word: number): number {
  if (matches(word, 0xffe00fff, 0xf8000ffe)) return -signedField(word, 12, 9);
  if (matches(word, 0xffc003ff, 0xd10003f4)) return field(word, 10, 12);
  return 0;
}

/** `ldr x16, [x28, #16]`: the goroutine is in x28. */
const LOAD_BOUND = 0xf9400b90;
const COMPARE_STACK = 0xeb3063ff; // cmp sp, x16
const COMPARE_END = 0xeb10023f; // cmp x17, x16

/** As cmd/internal/obj/arm64 of Go makes it; a large frame is compared by its end, `sub x17, sp, n`. */
function stackCheck([first, ...rest]: readonly number[], address: number): StackCheck | undefined {
  if (first !== LOAD_BOUND) return undefined;
  const [second = 0] = rest;
  const isLarge = matches(second, 0xff8003ff, 0xd10003f1);
  const [compare, jump = 0] = isLarge ? rest.slice(1) : rest;
  if (compare !== (isLarge ? COMPARE_END : COMPARE_STACK)) return undefined;
  if (!matches(jump, 0xff00001f, 0x54000009)) return undefined; // b.ls
  return { jump: address + (isLarge ? 3 : 2) * WORD_BYTES, convention: "register" };
}
