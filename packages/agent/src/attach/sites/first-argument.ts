import type { ElfFile } from "../elf/elf-file.js";
import { decode, type Instruction } from "./instructions.js";
import { neverReturns } from "./return-instructions.js";

/** A call, and where the first argument of the function that makes it is at that time. */
export interface CallWithArgument {
  address: number;
  /** bytes above `rsp`, or a register that functions keep for their callers */
  at: number | "rbx" | "rbp" | "r12" | "r13" | "r14" | "r15";
}

const KEPT_REGISTERS = ["rbx", "rbp", "r12", "r13", "r14", "r15"] as const;
/** System V's, for x86-64: what a call leaves of registers is the callee's to say. */
const LOST_IN_CALLS = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];
const FIRST_ARGUMENT = "rdi";
const INSTRUCTIONS_MAX = 8192;
/** How often an instruction may be come to with less known than before, over all: each time something is forgotten. */
const VISITS_MAX = 65_536;
const BLOCK_BYTES = 256;
/** A store of which only the beginning is known may be as long as a vector register. */
const STORE_MAX_BYTES = 64;

/** What is known at an instruction: how much is on the stack, and where the argument is; numbers count from the stack pointer at entry. */
interface Known {
  depth: number;
  places: ReadonlySet<string | number>;
}

/**
 * Follows a function's first argument through its code, along every path, to the calls that `isWanted` picks. What is not
 * understood makes it forget, so a place that is returned holds whichever way the call was come to; but for a store through a pointer
 * to the function's own stack, which compilers do not make to where they keep an argument.
 *
 * @returns [] where the code cannot be followed
 */
export function callsWithArgument(
  elf: ElfFile,
  start: number,
  isWanted: (instruction: Instruction) => boolean,
): CallWithArgument[] {
  const code = new Code(elf);
  const known = new Map<number, Known>();
  const pending: number[] = [];
  const arrive = (address: number, now: Known): void => {
    const before = known.get(address);
    const merged = before ? merge(before, now) : now;
    if (before && merged.depth === before.depth && merged.places.size === before.places.size) return;
    known.set(address, merged);
    pending.push(address);
  };
  arrive(start, { depth: 0, places: new Set([FIRST_ARGUMENT]) });
  let visits = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const instruction = code.at(at);
    visits += 1;
    if (!instruction || visits > VISITS_MAX || known.size > INSTRUCTIONS_MAX) return [];
    const { flow, target, address, length } = instruction;
    // Where a table leads is not read: what is come to from there could have the argument elsewhere.
    if (flow === "indirect_jump") return [];
    const after = follow(instruction, known.get(at) as Known);
    if (!after) continue;
    if ((flow === "jump" || flow === "conditional") && target !== undefined) arrive(target, after);
    const isLast = flow === "jump" || flow === "end" || (flow === "call" && neverReturns(elf, target ?? 0));
    if (!isLast) arrive(address + length, after);
  }
  return [...known].flatMap(([address, { depth, places }]) => {
    const instruction = code.at(address);
    if (!instruction || !isWanted(instruction)) return [];
    const register = KEPT_REGISTERS.find((each) => places.has(each));
    const word = [...places].find((each) => typeof each === "number");
    const at = register ?? (typeof word === "number" ? word + depth : undefined);
    return at === undefined ? [] : [{ address, at }];
  });
}

/** undefined: the stack pointer is not known any more, and nothing that follows is looked at. */
function follow(instruction: Instruction, { depth, places }: Known): Known | undefined {
  const { writes, storesAt, stores, loads, copies, pops, flow } = instruction;
  if (pops === undefined) return undefined;
  const next = new Set(places);
  const isCall = flow === "call" || flow === "indirect_call";
  const given = loads?.register ?? copies?.register;
  const isArgument = loads ? places.has(loads.from - depth) : copies ? places.has(copies.from) : false;
  for (const register of writes) next.delete(register);
  if (isCall) for (const register of LOST_IN_CALLS) next.delete(register);
  if (given !== undefined && isArgument) next.add(given);
  if (storesAt !== undefined && !isCall) {
    const at = storesAt - depth;
    const bytes = stores === undefined ? STORE_MAX_BYTES : 8;
    for (const place of places) {
      if (typeof place === "number" && place > at - 8 && place < at + bytes) next.delete(place);
    }
    if (stores !== undefined && places.has(stores)) next.add(at);
  }
  const now = depth - pops;
  // What is below the stack pointer is nobody's.
  for (const place of next) if (typeof place === "number" && place < -now) next.delete(place);
  return { depth: now, places: next };
}

function merge(before: Known, now: Known): Known {
  const isSame = before.depth === now.depth;
  const places = [...before.places].filter((each) => isSame && now.places.has(each));
  return { depth: before.depth, places: new Set(places) };
}

/** Instructions by address, decoded a block at a time. */
class Code {
  readonly #elf: ElfFile;
  readonly #known = new Map<number, Instruction>();

  constructor(elf: ElfFile) {
    this.#elf = elf;
  }

  /** undefined where there is none */
  at(address: number): Instruction | undefined {
    const known = this.#known.get(address);
    if (known) return known;
    if (!this.#elf.isCode(address)) return undefined;
    for (const each of decode(this.#elf.code(address, BLOCK_BYTES), address, BLOCK_BYTES)) {
      if (this.#known.has(each.address)) break;
      this.#known.set(each.address, each);
    }
    return this.#known.get(address);
  }
}
