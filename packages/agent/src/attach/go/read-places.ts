import { UnknownBuild } from "../unknown-build.js";
import type { GoInstruction } from "./go-instruction.js";
import type { GoMachine } from "./go-machine.js";
import type { GoSiteFunction } from "./go-sites.js";
import type { GoCallingConvention } from "./go-version.js";
import { keptArguments } from "./kept-arguments.js";

/** Where a probe stands in a function. */
export interface GoPlace {
  function: GoSiteFunction;
  /** the Go function it stands in */
  symbol: string;
  /** as linked */
  address: number;
  cost: "emulated" | "single_step";
  /** of a read: bytes from the stack pointer to where its receiver is kept, which its buffer follows */
  receiverAt: number;
}

const PLACES_MAX = 64;
const RECEIVER_MAX_BYTES = 0xfff8;
const WORD_BYTES = 8;

/**
 * Where what is read is to be had: where it is copied to the program's buffer, by a call, which the kernel emulates. Else, where a
 * build without optimisation copies in another function, at each `ret`, which x86-64 single-steps. Both know the connection
 * by what the function keeps on its stack. @throws UnknownBuild where it keeps nothing, or ends in an odd way
 */
export function readPlaces(
  symbol: string,
  code: readonly GoInstruction[],
  convention: GoCallingConvention,
  copies: ReadonlySet<number>,
  { firstRegisters, returnCost }: GoMachine,
): GoPlace[] {
  const kept = keptArguments(code, convention, firstRegisters);
  const atCall = (kept?.frameBytes ?? 0) + WORD_BYTES;
  if (!kept || atCall > RECEIVER_MAX_BYTES || atCall % WORD_BYTES !== 0) {
    throw new UnknownBuild(`${symbol} keeps what it is called with in a way that is not known`);
  }
  const calls = callsOf(code, copies);
  if (calls.length === 1) {
    const [address = 0] = calls;
    return [{ function: "go_read_copy", symbol, address, cost: "emulated", receiverAt: atCall }];
  }
  return returnsOf(symbol, code).map((address) => ({
    ...{ function: "go_read_return", symbol, address, cost: returnCost, receiverAt: WORD_BYTES },
  }));
}

/** Addresses of direct calls of one of these. */
export function callsOf(code: readonly GoInstruction[], callees: ReadonlySet<number>): number[] {
  const calls = code.filter(({ flow, target = -1 }) => flow === "call" && callees.has(target));
  return calls.length > PLACES_MAX ? [] : calls.map(({ address }) => address);
}

/** All of them: a function that is left by another way than `ret` is none that is known. */
function returnsOf(symbol: string, code: readonly GoInstruction[]): number[] {
  const first = code[0]?.address ?? 0;
  const last = code.at(-1)?.address ?? 0;
  const leaves = code.some(
    ({ flow, target }) =>
      flow === "indirect_jump" ||
      (flow === "jump" && (target === undefined || target < first || target > last)),
  );
  const found = code.filter(({ isReturn }) => isReturn);
  if (leaves || found.length === 0 || found.length > PLACES_MAX) {
    throw new UnknownBuild(`${symbol} ends in a way that is not known`);
  }
  return found.map(({ address }) => address);
}
