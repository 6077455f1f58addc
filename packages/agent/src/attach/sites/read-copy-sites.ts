import type { ElfFile } from "../elf/elf-file.js";
import type { Runtime } from "../runtimes.js";
import {
  type Argument,
  type CallWithArguments,
  callsThatMayPass,
  callsWithArguments,
  type Place,
} from "./arguments-at-calls.js";
import { bioDetail, type ConnectionBio, connectionBio } from "./connection-bio.js";
import { DecodedCode } from "./decoded-code.js";
import { destination } from "./inner-function.js";
import type { Instruction } from "./instructions.js";
import type { LibrarySite } from "./site.js";
import { type TlsMethod, tlsMethod } from "./tls-method.js";

/** What copies: memcpy, and what it is called where the compiler knows how large the destination is. */
const COPIES: ReadonlySet<string> = new Set(["memcpy", "__memcpy_chk"]);
const BORINGSSL_READ = "SSL_read";
const SITES_MAX = 8;

/** Of which it is known where they copy. */
type CopyingRuntime = "openssl" | "boringssl";
export const copies = (runtime: Runtime | undefined): runtime is CopyingRuntime =>
  runtime === "openssl" || runtime === "boringssl";

/** `enum kept_register` of bpf/probes/ssl-read-copy.h. */
const KEPT_REGISTER = { rbx: 1, rbp: 2, r12: 3, r13: 4, r14: 5, r15: 6 } as const;

const ON_STACK = 0x1000;
/** The cookie, above its low two bytes: bits of each argument's place. */
const PLACE_BITS = 13n;

const CONNECTION: Argument = { register: "rdi", bytes: 8 };
/**
 * Of `ssl_read_bytes(s, type, recvd_type, buf, len, peek, readbytes)`: handshakes are read through it as well, and peeks. The
 * same from 1.1 to 3.5, but that the type is a byte since 3.2 and was an `int`.
 */
const OF_READ_BYTES: readonly Argument[] = [
  CONNECTION,
  { register: "rsi", bytes: 1 },
  { register: "r9", bytes: 4 },
];

/** Where the program wants what is read: of SSL_read the second argument. */
const BUFFER: Readonly<Record<CopyingRuntime, Argument>> = {
  openssl: { register: "rcx", bytes: 8 },
  boringssl: { register: "rsi", bytes: 8 },
};

/** What is looked at there: every read, or those of threads that waited in one before there were probes. */
export type ReadCopy = "read_copy" | "waiting_read";

/**
 * Where OpenSSL copies what was read, for all reads of a connection and in the stead of probes on the functions that read. The connection's
 * own socket has to be known there, since no call says which one it is. [] where it copies is not to be found. @throws ElfError
 */
export function allReadCopies(elf: ElfFile, { readBytes }: TlsMethod, bio: ConnectionBio): LibrarySite[] {
  return copySites(elf, "openssl", "read_copy", readBytes, bio);
}

/**
 * Where a library copies what was read to the program's buffer, so that a read is seen whose entry was not. OpenSSL does it where its
 * TLS methods point to, BoringSSL in SSL_read itself. [] where it is not to be found. @throws ElfError
 */
export function waitingReadSites(elf: ElfFile, runtime: Runtime): LibrarySite[] {
  if (runtime === "openssl")
    return copySites(elf, runtime, "waiting_read", tlsMethod(elf)?.readBytes, connectionBio(elf));
  const read = elf.functions(new Set([BORINGSSL_READ])).get(BORINGSSL_READ);
  return copySites(elf, runtime, "waiting_read", read?.address, undefined);
}

function copySites(
  elf: ElfFile,
  runtime: Runtime,
  as: ReadCopy,
  start: number | undefined,
  bio: ConnectionBio | undefined,
): LibrarySite[] {
  if (elf.machine !== "x86-64" || !copies(runtime)) return [];
  const symbol = runtime === "openssl" ? "TLS_method" : BORINGSSL_READ;
  if (start === undefined || !elf.isCode(start)) return [];
  const wanted = runtime === "openssl" ? OF_READ_BYTES : [CONNECTION];
  // Pieces of handshakes are copied to where the library keeps them, also while the program reads.
  const code = new DecodedCode(elf);
  const toProgram = callsThatMayPass(code, start, BUFFER[runtime], "rdi");
  const isCopyToProgram = (instruction: Instruction) =>
    toProgram.has(instruction.address) && isCopy(elf, instruction);
  const calls = callsWithArguments(code, start, wanted, isCopyToProgram);
  const sites: LibrarySite[] = [];
  for (const call of calls) {
    const detail = detailOf(call, bio);
    // One whose arguments are nowhere might be the one that matters.
    if (detail === undefined && as === "read_copy") return [];
    if (detail === undefined) continue;
    const offset = elf.fileOffset(call.address);
    sites.push({ function: as, symbol, inner: true, kind: "copy", cost: "emulated", offset, detail });
  }
  return sites.length > SITES_MAX ? [] : sites;
}

/** By a direct call, which the kernel emulates: one through memory it would single-step. */
function isCopy(elf: ElfFile, { flow, target }: Instruction): boolean {
  if (flow !== "call" || target === undefined) return false;
  const name = destination(elf, target)?.import;
  return name !== undefined && COPIES.has(name);
}

/** The upper six bytes of the cookie; undefined where an argument is nowhere that is known. */
function detailOf({ at }: CallWithArguments, bio: ConnectionBio | undefined): bigint | undefined {
  let detail = bio ? bioDetail(bio) : 0n;
  for (const [index, place] of at.entries()) {
    const code = place === undefined ? undefined : codeOf(place);
    if (code === undefined) return undefined;
    detail |= BigInt(code) << (16n + PLACE_BITS * BigInt(index));
  }
  return detail;
}

/** A distance or a register, as bpf/probes/ssl-read-copy.h has it. */
function codeOf(place: Place): number | undefined {
  if (typeof place !== "number") return KEPT_REGISTER[place];
  return place >= 0 && place < ON_STACK ? ON_STACK | place : undefined;
}
