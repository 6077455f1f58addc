import type { ElfFile } from "../elf/elf-file.js";
import { decode, type Instruction } from "./instructions.js";

const CODE_MAX_BYTES = 4096;
const INSTRUCTIONS_MAX = 1024;

/** The instructions of one exported function, straight through to its end as the symbol table has it. */
export function functionCode(elf: ElfFile, symbol: { address: number; size: number }): Instruction[] {
  const length = Math.min(symbol.size || 64, CODE_MAX_BYTES);
  return decode(elf.code(symbol.address, length), symbol.address, INSTRUCTIONS_MAX);
}

/** The beginning of a function that has no symbol. */
export function codeAt(elf: ElfFile, address: number): Instruction[] {
  return decode(elf.code(address, 256), address, 64);
}

/** What an address that is called or jumped to stands for: itself, or the exported name behind a stub of the PLT. */
export type Destination = { address: number; import?: string };

export function destination(elf: ElfFile, address: number): Destination | undefined {
  const known = destinations.get(elf) ?? new Map<number, Destination | undefined>();
  destinations.set(elf, known);
  if (!known.has(address)) known.set(address, readDestination(elf, address));
  return known.get(address);
}

/** Of each file by address: a function is called from many places. */
const destinations = new WeakMap<ElfFile, Map<number, Destination | undefined>>();

function readDestination(elf: ElfFile, address: number): Destination | undefined {
  if (!elf.isCode(address)) return undefined;
  for (const instruction of decode(elf.code(address, 16), address, 2)) {
    const isLandingPad = instruction.bytes.equals(ENDBR64);
    if (isLandingPad) continue;
    if (instruction.flow !== "indirect_jump" || instruction.target === undefined) break;
    const name = elf.importedFunctions().get(instruction.target);
    return name === undefined ? undefined : { address, import: name };
  }
  return { address };
}

const ENDBR64 = Buffer.from([0xf3, 0x0f, 0x1e, 0xfa]);

/** Where a function's direct calls, and jumps out of it, go. */
export function leavesFor(elf: ElfFile, code: Instruction[]): { from: Instruction; to: Destination }[] {
  const first = code[0];
  const last = code.at(-1);
  if (!first || !last) return [];
  const end = last.address + last.length;
  const leaves: { from: Instruction; to: Destination }[] = [];
  for (const from of code) {
    if (from.target === undefined || !(from.flow === "call" || from.flow === "jump")) continue;
    if (from.flow === "jump" && from.target >= first.address && from.target < end) continue;
    const to = destination(elf, from.target);
    if (to) leaves.push({ from, to });
  }
  return leaves;
}

/**
 * Which argument of a call points at the caller's own stack. The plain forms pass the address of a local `written` to the
 * inner function: its register tells the inner function's parameters. @returns undefined where none or both do
 */
export function lengthRegister(code: Instruction[], call: Instruction): "rcx" | "r8" | undefined {
  const onStack = { rcx: false, r8: false };
  for (const instruction of code) {
    if (instruction === call) break;
    for (const register of ["rcx", "r8"] as const) {
      if (instruction.writes.has(register)) onStack[register] = instruction.stackAddressTo === register;
    }
    if (instruction.flow === "call" || instruction.flow === "indirect_call") onStack.rcx = onStack.r8 = false;
  }
  if (onStack.rcx === onStack.r8) return undefined;
  return onStack.rcx ? "rcx" : "r8";
}
