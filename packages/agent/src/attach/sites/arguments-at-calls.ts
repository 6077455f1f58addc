import type { DecodedCode } from "./decoded-code.js";
import type { Instruction } from "./instructions.js";
import type { StackWord } from "./moved-words.js";
import { endsCode } from "./return-instructions.js";

/** An argument of a function: the register that brings it, and how much of that counts. */
export interface Argument {
  register: "rdi" | "rsi" | "rdx" | "rcx" | "r8" | "r9";
  bytes: 1 | 4 | 8;
}

/** Bytes above `rsp`, or a register that functions keep for their callers. */
export type Place = number | (typeof KEPT_REGISTERS)[number];

/** A call, and where each of the arguments of the function that makes it is at that time; undefined: nowhere that is known. */
export interface CallWithArguments {
  address: number;
  at: (Place | undefined)[];
}

const KEPT_REGISTERS = ["rbx", "rbp", "r12", "r13", "r14", "r15"] as const;
/** System V's, for x86-64: what a call leaves of registers is the callee's to say. */
const LOST_IN_CALLS = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];
const INSTRUCTIONS_MAX = 8192;
/** How often an instruction may be come to with less known than before, over all: each time something is forgotten. */
const VISITS_MAX = 65_536;
/** A function that puts its arguments into more places than this is none that a compiler made. */
const PLACES_MAX = 32;

/** Places by register name, or by distance from the stack pointer at entry; what is there is an argument, by its index. */
type Places = ReadonlyMap<string | number, number>;

/** What is known at an instruction. */
interface Known {
  /** how much is on the stack; UNKNOWN_DEPTH: nothing is known any more, whatever comes */
  depth: number;
  /** how much was on it when `rbp` became the function's frame pointer; undefined: it is none */
  frame?: number | undefined;
  places: Places;
}

const UNKNOWN_DEPTH = -1;
const NOTHING: Known = { depth: UNKNOWN_DEPTH, places: new Map() };

/**
 * Follows a function's arguments through its code, along every path, to the calls that `isWanted` picks. What is not
 * understood makes it forget, so a place that is returned holds whichever way the call was come to; but for a store through a pointer
 * to the function's own stack, which compilers do not make to where they keep an argument.
 *
 * @returns [] where the code cannot be followed
 */
export function callsWithArguments(
  code: DecodedCode,
  start: number,
  wanted: readonly Argument[],
  isWanted: (instruction: Instruction) => boolean,
): CallWithArguments[] {
  return follow(code, start, wanted, heldOnBoth)
    .filter(({ instruction }) => isWanted(instruction))
    .map(({ instruction: { address }, depth, places }) => {
      return { address, at: wanted.map((_, index) => placeOf(index, depth, places)) };
    });
}

/**
 * The calls that may be come to with an argument of the function in the register `as`, on one path at least: a pointer that a loop moves on
 * is the argument itself the first time only. Where nothing is known any more, each may. @returns their addresses; none where the code
 * cannot be followed
 */
export function callsThatMayPass(
  code: DecodedCode,
  start: number,
  argument: Argument,
  as: Argument["register"],
): ReadonlySet<number> {
  const passing = follow(code, start, [argument], heldOnEither).filter(
    ({ depth, places }) => depth === UNKNOWN_DEPTH || places.has(as),
  );
  return new Set(passing.map(({ instruction }) => instruction.address));
}

type Join = (before: Places, now: Places) => Places;

const heldOnBoth: Join = (before, now) =>
  new Map([...before].filter(([place, argument]) => now.get(place) === argument));

const heldOnEither: Join = (before, now) => new Map([...before, ...now]);

/** Each instruction that is come to, and what is known there. [] where the code cannot be followed. */
function follow(
  code: DecodedCode,
  start: number,
  wanted: readonly Argument[],
  join: Join,
): (Known & { instruction: Instruction })[] {
  const known = new Map<number, Known>();
  const pending: number[] = [];
  const arrive = (address: number, now: Known): void => {
    const before = known.get(address);
    const merged = before ? merge(before, now, join) : now;
    const isKnown = merged.depth === before?.depth && merged.places.size === before.places.size;
    if (isKnown) return;
    known.set(address, merged);
    pending.push(address);
  };
  arrive(start, { depth: 0, places: new Map(wanted.map(({ register }, index) => [register, index])) });
  let visits = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const instruction = code.at(at);
    visits += 1;
    if (!instruction || visits > VISITS_MAX || known.size > INSTRUCTIONS_MAX) return [];
    const { flow, target, address, length } = instruction;
    // Where a table leads is not read: what is come to from there could have them elsewhere.
    if (flow === "indirect_jump") return [];
    const after = afterOne(instruction, known.get(at) ?? NOTHING, wanted);
    if (after.places.size > PLACES_MAX) return [];
    if ((flow === "jump" || flow === "conditional") && target !== undefined) arrive(target, after);
    if (!endsCode(code.elf, instruction)) arrive(address + length, after);
  }
  return [...known].flatMap(([address, there]) => {
    const instruction = code.at(address);
    return instruction ? [{ ...there, instruction }] : [];
  });
}

function placeOf(argument: number, depth: number, places: Places): Place | undefined {
  const register = KEPT_REGISTERS.find((each) => places.get(each) === argument);
  if (register !== undefined) return register;
  for (const [place, held] of places) {
    if (held === argument && typeof place === "number") return place + depth;
  }
  return undefined;
}

/** Where a word of the stack is, by its distance from the stack pointer at entry; undefined where that is not known. */
function distanceOf({ base, at }: StackWord, { depth, frame }: Known): number | undefined {
  if (base === "rsp") return at - depth;
  return frame === undefined ? undefined : at - frame;
}

/** How much is on the stack after an instruction; undefined where that is not known. */
function depthAfter({ movesStackTo }: Instruction, before: Known): number | undefined {
  if (before.depth === UNKNOWN_DEPTH) return undefined;
  const top = movesStackTo && distanceOf(movesStackTo, before);
  return top !== undefined && top <= 0 ? -top : undefined;
}

/** Where a frame pointer ends, the one that was saved is taken off the stack. */
const SAVED_BYTES = 8;

function frameAfter(
  { copies, movedBytes, writes }: Instruction,
  { depth, frame }: Known,
): number | undefined {
  if (copies?.register === "rbp" && copies.from === "rsp" && movedBytes === 8) return depth;
  return writes.has("rbp") ? undefined : frame;
}

function afterOne(instruction: Instruction, before: Known, wanted: readonly Argument[]): Known {
  const { writes, storesAt, storedBytes = 0, stores, loads, copies, movedBytes = 0, flow } = instruction;
  const { places } = before;
  const depth = depthAfter(instruction, before);
  if (depth === undefined) return NOTHING;
  // Most instructions touch none of them, and share what is known.
  let changed: Map<string | number, number> | undefined;
  const change = () => {
    changed ??= new Map(places);
    return changed;
  };
  const forget = (place: string | number): void => {
    if (places.has(place)) change().delete(place);
  };
  const bytesOf = (argument: number) => wanted[argument]?.bytes ?? 0;
  const isCall = flow === "call" || flow === "indirect_call";
  const source = loads ? distanceOf(loads.from, before) : (copies?.from ?? stores);
  const held = source === undefined ? undefined : places.get(source);
  const moved = held !== undefined && movedBytes >= bytesOf(held) ? held : undefined;
  for (const register of writes) forget(register);
  if (isCall) for (const register of LOST_IN_CALLS) forget(register);
  const given = loads?.register ?? copies?.register;
  if (given !== undefined && moved !== undefined) change().set(given, moved);
  const at = storesAt && !isCall ? distanceOf(storesAt, before) : undefined;
  if (at !== undefined) {
    const end = at + storedBytes;
    for (const [place, argument] of places) {
      if (typeof place === "number" && place < end && place + bytesOf(argument) > at) forget(place);
    }
    if (stores !== undefined && moved !== undefined) change().set(at, moved);
  }
  const frame = frameAfter(instruction, before);
  // A frame pointer that is borrowed may come back, and what is stored by it meanwhile or then is not told from other memory.
  const isBorrowed =
    before.frame !== undefined && frame === undefined && depth !== before.frame - SAVED_BYTES;
  // What is below the stack pointer is nobody's.
  for (const place of (changed ?? places).keys())
    if (typeof place === "number" && (isBorrowed || place < -depth)) change().delete(place);
  return { depth, frame, places: changed ?? places };
}

function merge(before: Known, now: Known, join: Join): Known {
  if (before.depth !== now.depth || before.frame !== now.frame) return NOTHING;
  const isSame = before.places === now.places;
  return { ...before, places: isSame ? now.places : join(before.places, now.places) };
}
