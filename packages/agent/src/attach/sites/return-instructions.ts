import type { ElfFile } from "../elf/elf-file.js";
import type { FunctionSymbol } from "../elf/function-symbols.js";
import { destination } from "./inner-function.js";
import { decode, type Instruction } from "./instructions.js";

/** Of all that one function may run through before it returns: those that are known have some hundreds. */
const INSTRUCTIONS_MAX = 16_384;
const RETURNS_MAX = 64;
const BLOCK_BYTES = 256;
const SYMBOL_MAX_BYTES = 65_536;
/** How far before a jump by a table the table is read. */
const TABLE_READ_WITHIN = 6;

/** What follows a call of one of these is another function. */
const NEVER_RETURN: ReadonlySet<string> = new Set([
  ...["__stack_chk_fail", "__chk_fail", "__fortify_fail", "__assert_fail", "abort", "exit", "_exit"],
  ...["OPENSSL_die", "_ZSt9terminatev", "__cxa_throw", "__cxa_rethrow", "_Unwind_Resume"],
]);

/**
 * Where a call of this function may end: the `ret` instructions that its code leads to, in its cold parts and in functions
 * that it jumps to as well. One that a call never ends at does no harm: what ends there is known by its stack.
 *
 * @returns addresses, of x86-64
 * @throws Error in words where a call may end elsewhere
 */
export function returnInstructions(elf: ElfFile, symbol: FunctionSymbol): number[] {
  const refuse = (why: string) => new Error(`${symbol.name} ${why}, so that its returns cannot be followed`);
  if (elf.machine !== "x86-64") throw refuse(`is code of ${elf.machine}`);
  const seen = new Set<number>();
  const returns: number[] = [];
  const beginnings = [symbol.address];
  let isSwept = false;
  /** @returns whether the next instruction comes behind this one */
  const pass = (code: Instruction[], index: number): boolean => {
    const { address, flow, target, bytes } = code[index] as Instruction;
    seen.add(address);
    if (seen.size > INSTRUCTIONS_MAX) throw refuse("is too long");
    if (isReturn(bytes)) returns.push(address);
    if (flow === "indirect_jump") {
      const isOwn = address >= symbol.address && address < symbol.address + symbol.size;
      if (!isOwn || !isTableJump(code, index)) throw refuse("jumps where the file does not say");
      isSwept = true;
    }
    if ((flow === "jump" || flow === "conditional") && target !== undefined) beginnings.push(target);
    if (flow === "call" && target !== undefined) return !neverReturns(elf, target);
    return flow === "next" || flow === "conditional" || flow === "indirect_call";
  };
  const descend = (): void => {
    for (let from = beginnings.pop(); from !== undefined; from = beginnings.pop()) {
      for (let at: number | undefined = from; at !== undefined && !seen.has(at); ) at = passBlock(at);
    }
  };
  /** @returns where it goes on; undefined where it does not */
  const passBlock = (from: number): number | undefined => {
    const code = decode(elf.code(from, BLOCK_BYTES), from, BLOCK_BYTES);
    if (code.length === 0) throw refuse("has bytes in it that are no instructions");
    for (const [index, { address, length }] of code.entries()) {
      if (seen.has(address) || !pass(code, index)) return undefined;
      if (index === code.length - 1) return address + length;
    }
    return undefined;
  };
  descend();
  if (isSwept) {
    // Where a table leads is not read: all that the symbol covers is code of the function.
    if (symbol.size > SYMBOL_MAX_BYTES) throw refuse("is too long");
    const end = symbol.address + symbol.size;
    const code = decode(elf.code(symbol.address, symbol.size), symbol.address, INSTRUCTIONS_MAX);
    const places = new Set(code.map(({ address }) => address));
    // A probe within an instruction would break the program: both ways have to agree where instructions begin.
    if ([...seen].some((address) => address >= symbol.address && address < end && !places.has(address)))
      throw refuse("has data in it");
    for (const [index, { address }] of code.entries()) if (!seen.has(address)) pass(code, index);
    descend();
  }
  if (returns.length === 0 || returns.length > RETURNS_MAX) throw refuse(`has ${returns.length} returns`);
  return returns.sort((one, other) => one - other);
}

/** Near returns, with a prefix that says nothing, or taking arguments off the stack. */
function isReturn(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes;
  const opcode = first === 0xf3 || first === 0xf2 ? second : first;
  return (opcode === 0xc3 && bytes.length <= 2) || (first === 0xc2 && bytes.length === 3);
}

/**
 * Does a `switch` jump here, within the function, and no call by a pointer? As compilers write it: with the prefix `notrack`; to
 * what a table at a fixed address holds; or to the sum of a table's address and a 32-bit word of it.
 */
function isTableJump(code: Instruction[], index: number): boolean {
  const bytes = code[index]?.bytes ?? Buffer.alloc(0);
  if (bytes[0] === 0x3e) return true;
  const isAtFixedTable = bytes[0] === 0xff && bytes[1] === 0x24 && ((bytes[2] ?? 0) & 7) === 5;
  if (isAtFixedTable) return true;
  const before = code.slice(Math.max(0, index - TABLE_READ_WITHIN), index).map((each) => each.bytes);
  return before.some(isLongAdd) && before.some(isWordAsLong);
}

const hasLongOperand = (bytes: Buffer): boolean => ((bytes[0] ?? 0) & 0xf8) === 0x48;
/** add r64, r64 */
const isLongAdd = (bytes: Buffer): boolean =>
  bytes.length === 3 && hasLongOperand(bytes) && (bytes[1] === 0x01 || bytes[1] === 0x03);
/** movsxd r64, m32 */
const isWordAsLong = (bytes: Buffer): boolean => hasLongOperand(bytes) && bytes[1] === 0x63;

function neverReturns(elf: ElfFile, target: number): boolean {
  const name = destination(elf, target)?.import;
  return name !== undefined && NEVER_RETURN.has(name);
}

/** Whether what comes behind this instruction is not come to from it. */
export function endsCode(elf: ElfFile, { flow, target }: Instruction): boolean {
  if (flow === "jump" || flow === "end" || flow === "indirect_jump") return true;
  if (target === undefined) return false;
  if (flow === "indirect_call") return NEVER_RETURN.has(elf.importedFunctions().get(target) ?? "");
  return flow === "call" && neverReturns(elf, target);
}
