import type { ElfFile } from "../elf/elf-file.js";
import { type Argument, callsThatMayPass, callsWithArguments } from "./arguments-at-calls.js";
import { bioDetail, type ConnectionBio } from "./connection-bio.js";
import { DecodedCode } from "./decoded-code.js";
import { destination } from "./inner-function.js";
import type { LibrarySite } from "./site.js";
import type { TlsMethod } from "./tls-method.js";

/** Of `ssl3_write_bytes(s, type, buf, len, written)`, and of what it calls with them. */
const CONNECTION: Argument = { register: "rdi", bytes: 8 };
const TYPE: Argument = { register: "rsi", bytes: 4 };
const SITES_MAX = 8;

/** In the cookie: a lot of records, of which bytes and length are arguments 3 and 4 (bpf/probes/ssl-write-copy.h). */
const LOT = 1n << 16n;

/**
 * Where OpenSSL up to 3.1 makes records of what a program writes: every byte passes there once, however often the program has to ask until
 * it is sent. [] where that is not to be found. @throws ElfError
 *
 * `ssl3_write_bytes` hands connection and type on to `do_ssl3_write`, which makes records and ends with `ssl3_write_pending`; and to that one, for a
 * record that was made before. Records that a cipher makes several of at once (CBC in TLS 1.1 and 1.2) it makes itself, and calls
 * `ssl3_write_pending` for each lot with the type as a constant.
 */
export function allWriteCopies(elf: ElfFile, { writeBytes }: TlsMethod, bio: ConnectionBio): LibrarySite[] {
  if (elf.machine !== "x86-64" || writeBytes === undefined) return [];
  const code = new DecodedCode(elf);
  const ofType = callsThatMayPass(code, writeBytes, TYPE, TYPE.register);
  const ways = waysOfConnection(code, writeBytes).map((way) => ({
    ...way,
    hasType: ofType.has(way.address),
  }));
  // What is called without it somewhere has it elsewhere by chance, in registers that nobody has used since.
  const others = calledWithout(code, writeBytes, new Set(ways.map(({ address }) => address)));
  const functions = new Set(
    ways.filter(({ flow, hasType, to }) => flow === "call" && hasType && !others.has(to)).map(({ to }) => to),
  );
  const [pair, ...ambiguous] = [...functions].flatMap((makes) => {
    const handsOn = new Set(waysOfConnection(code, makes).map(({ to }) => to));
    return [...functions]
      .filter((to) => to !== makes && handsOn.has(to))
      .map((writes) => ({ makes, writes }));
  });
  // Another shape than the one that is known, so it is not guessed at.
  if (!pair || ambiguous.length > 0) return [];
  const records = ways.filter(({ to }) => to === pair.makes);
  const lots = ways.filter(({ to, hasType }) => to === pair.writes && !hasType);
  const made = ways.filter(({ to, hasType }) => to === pair.writes && hasType);
  const making = [...records, ...lots];
  if (made.length !== 1 || lots.length !== 1 || making.length > SITES_MAX) return [];
  if (making.some(({ flow }) => flow !== "call")) return [];
  return making.map((way) => ({
    ...{ function: "write_copy", symbol: "TLS_method", inner: true, kind: "copy", cost: "emulated" },
    offset: elf.fileOffset(way.address),
    detail: bioDetail(bio) | (lots.includes(way) ? LOT : 0n),
  }));
}

/** A direct call or jump to the library's own that may hand on the connection that its function was handed. */
interface Way {
  address: number;
  flow: "call" | "jump";
  to: number;
}

function waysOfConnection(code: DecodedCode, start: number): Way[] {
  return [...callsThatMayPass(code, start, CONNECTION, CONNECTION.register)].flatMap((address) => {
    const { flow, target: to } = code.at(address) ?? {};
    if (to === undefined || (flow !== "call" && flow !== "jump")) return [];
    const isOwn = destination(code.elf, to)?.import === undefined;
    return isOwn ? [{ address, flow, to }] : [];
  });
}

/** What the function calls otherwise than by these calls. */
function calledWithout(code: DecodedCode, start: number, ways: ReadonlySet<number>): ReadonlySet<number> {
  const calls = callsWithArguments(code, start, [], ({ flow }) => flow === "call");
  return new Set(
    calls
      .filter(({ address }) => !ways.has(address))
      .flatMap(({ address }) => code.at(address)?.target ?? []),
  );
}
