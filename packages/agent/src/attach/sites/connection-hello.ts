import type { ElfFile } from "../elf/elf-file.js";
import { SINCE_3_0 } from "./connection-bio.js";
import { onlyOf } from "./field-getter.js";
import { functionCode } from "./inner-function.js";
import type { Instruction } from "./instructions.js";
import { memoryOperand } from "./memory-operand.js";

/** Where an OpenSSL connection has the last eight bytes of the random of its client hello. */
export interface ConnectionHello {
  /** in bytes, from the connection or its state */
  at: number;
  /** of the pointer to its state in what `SSL *` points to; the connection has it itself since 3.0 */
  stateAt?: number;
}

const GETTER = "SSL_get_client_random";
/** By whose symbols it is found. */
export const HELLO_FUNCTIONS = [GETTER, SINCE_3_0] as const;
/** Of the random's 32 bytes, those that count stand here: some begin with the time. */
const LAST_AT = 24;
/** Of a connection or its state. Lower are fields that the getter asks first, and where it copies to. */
const AT_MIN = 32;
/** What fits into a cookie. */
const AT_MAX = 0xffff;

/**
 * By the code of SSL_get_client_random, which copies it from what its argument points to, or from what that points to. Undefined
 * where it makes several such addresses, or none: a connection's socket is not told by its handshake then. A wrong place would tell none either, since what is
 * there is no random that a socket began with. @throws ElfError
 */
export function connectionHello(elf: ElfFile): ConnectionHello | undefined {
  if (elf.machine !== "x86-64") return undefined;
  const symbols = elf.functions(new Set(HELLO_FUNCTIONS));
  const getter = symbols.get(GETTER);
  if (!getter) return undefined;
  const code = functionCode(elf, getter).map((instruction) => addressing(instruction));
  if (symbols.has(SINCE_3_0)) return placed(randomAt(code, ARGUMENT));
  const state = code.find((each) => each?.kind === "load" && each.base === ARGUMENT);
  return state && placed(randomAt(code.slice(code.indexOf(state) + 1), state.to), state.by);
}

const placed = (randomAt: number | undefined, stateAt = 0): ConnectionHello | undefined => {
  if (randomAt === undefined) return undefined;
  const at = randomAt + LAST_AT;
  const fits = at <= AT_MAX && stateAt >= 0 && stateAt <= AT_MAX;
  return fits ? { at, ...(stateAt > 0 && { stateAt }) } : undefined;
};

/** Which end a handshake is of. */
export type HandshakeEnd = "server" | "client";
const CLIENT_BIT = 48n;

/** What programs at handshakes are told of it, in the upper bytes of the cookie (bpf/probes/ssl-hello.h). */
export const helloDetail = ({ at, stateAt = 0 }: ConnectionHello, end: HandshakeEnd): bigint =>
  (BigInt(at) << 16n) | (BigInt(stateAt) << 32n) | (end === "client" ? 1n << CLIENT_BIT : 0n);

/** rdi, as instructions encode it */
const ARGUMENT = 7;
const REX_W = 0x48;
const LOAD = 0x8b;
const ADDRESS = 0x8d;
const ADD_BYTE = 0x83;
const ADD_WORD = 0x81;
/** Of the operands' byte, all but the register. */
const ADD_TO_REGISTER = 0xc0 >> 3;

interface Addressing {
  kind: "load" | "address";
  to: number;
  base: number;
  by: number;
}

/** The one distance from this register that addresses are made of. */
function randomAt(code: readonly (Addressing | undefined)[], base: number): number | undefined {
  const places = new Set(
    code.flatMap((each) =>
      each?.kind === "address" && each.base === base && each.by >= AT_MIN ? [each.by] : [],
    ),
  );
  return onlyOf(places);
}

/** `mov register, [base + n]`, `lea register, [base + n]` or `add base, n`, of eight bytes. */
function addressing({ bytes }: Instruction): Addressing | undefined {
  const [rex = 0, opcode = 0, operands = 0] = bytes;
  if (rex >> 3 !== REX_W >> 3) return undefined;
  const upperBase = (rex & 1) << 3;
  const isAddition = operands >> 3 === ADD_TO_REGISTER && (opcode === ADD_BYTE || opcode === ADD_WORD);
  if (isAddition) {
    const base = (operands & 7) | upperBase;
    const by = opcode === ADD_BYTE ? bytes.readInt8(3) : bytes.readInt32LE(3);
    return { kind: "address", to: base, base, by };
  }
  const operand = opcode === LOAD || opcode === ADDRESS ? memoryOperand(bytes, 2) : undefined;
  if (!operand) return undefined;
  const { register, base, by } = operand;
  return {
    kind: opcode === LOAD ? "load" : "address",
    to: register | ((rex & 4) << 1),
    base: base | upperBase,
    by,
  };
}
