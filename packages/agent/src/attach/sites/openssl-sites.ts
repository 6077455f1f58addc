import type { ReturnBy } from "../../capture/return-probes.js";
import type { SeenAt } from "../../capture/seen-at.js";
import { ElfError } from "../elf/byte-source.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import { BIO_FUNCTIONS, bioDetail, type ConnectionBio, connectionBio } from "./connection-bio.js";
import { connectionHello, type HandshakeEnd, HELLO_FUNCTIONS, helloDetail } from "./connection-hello.js";
import { connectionShutdown, SHUTDOWN_FUNCTIONS, shutdownDetail } from "./connection-shutdown.js";
import { CALL_REGISTERS, emulatedSite } from "./emulated.js";
import { codeAt, functionCode, leavesFor, lengthRegister } from "./inner-function.js";
import { leadsTo, namedSites, type Symbols } from "./named-sites.js";
import { allReadCopies } from "./read-copy-sites.js";
import { type LibrarySite, NOTED_READS, NOTED_WRITES, type SiteFunction } from "./site.js";
import { METHOD_FUNCTIONS, type TlsMethod, tlsMethod } from "./tls-method.js";
import { allWriteCopies } from "./write-copy-sites.js";

/** Functions by which sites are found; the first two have to be there. */
export const OPENSSL_FUNCTIONS = [
  "SSL_read",
  "SSL_read_ex",
  "SSL_write",
  "SSL_write_ex",
  "SSL_write_ex2",
  "SSL_sendfile",
  "SSL_clear",
  "SSL_free",
] as const;
/** BoringSSL has had it since 2016, and OpenSSL never. */
const BORINGSSL_ONLY = "SSL_CTX_set_grease_enabled";

/** Those of OPENSSL_FUNCTIONS that a file has symbols of, and whose they are; undefined where it has neither's. @throws ElfError */
export function opensslFunctions(
  elf: ElfFile,
): { runtime: "openssl" | "boringssl"; functions: Symbols } | undefined {
  const functions = elf.functions(new Set([...OPENSSL_FUNCTIONS, BORINGSSL_ONLY]));
  if (!functions.has("SSL_read") || !functions.has("SSL_write")) return undefined;
  const runtime = functions.delete(BORINGSSL_ONLY) ? "boringssl" : "openssl";
  return { runtime, functions };
}

/** Where to stand in a file that has the symbols of OpenSSL or BoringSSL; undefined where it has neither. @throws ElfError */
export function opensslSites(
  elf: ElfFile,
  returnBy: ReturnBy = "probe",
  seenAt: SeenAt = "call",
): ChosenSites | undefined {
  // At once, with those that copies are found by: a large program's table is read from one end to the other.
  elf.functions(
    new Set([
      ...OPENSSL_FUNCTIONS,
      BORINGSSL_ONLY,
      ...METHOD_FUNCTIONS,
      ...BIO_FUNCTIONS,
      ...HELLO_FUNCTIONS,
      ...SHUTDOWN_FUNCTIONS,
    ]),
  );
  const found = opensslFunctions(elf);
  if (found === undefined) return undefined;
  const { runtime, functions } = found;
  const sites = sitesAmong(elf, functions, returnBy);
  return { runtime, sites: runtime === "openssl" ? sitesOfMethods(elf, sites, returnBy, seenAt) : sites };
}

/** These sites with those that the library's methods lead to. A file in which the way there leads nowhere has its calls. */
function sitesOfMethods(
  elf: ElfFile,
  calls: LibrarySite[],
  returnBy: ReturnBy,
  seenAt: SeenAt,
): LibrarySite[] {
  try {
    const method = tlsMethod(elf);
    if (!method) return calls;
    const handshakes = returnBy === "probe" ? handshakeSites(elf, method) : [];
    const bio = connectionBio(elf);
    const all = bio ? calls.map((site) => (site.function === "free" ? freed(site, bio) : site)) : calls;
    const copies = bio && seenAt === "copy" ? copiesAmong(elf, method, bio, all) : undefined;
    if (copies) return beforeEnds(copies, handshakes);
    // There the order of calls tells sockets, unless a handshake says more.
    return beforeEnds(
      all,
      handshakes.filter(({ detail }) => detail !== undefined),
    );
  } catch (error) {
    if (error instanceof ElfError) return calls;
    throw error;
  }
}

/** What the socket of a connection has left is asked where the connection is freed. */
const freed = (site: LibrarySite, bio: ConnectionBio): LibrarySite => ({ ...site, detail: bioDetail(bio) });

/** In the order in which sites are attached, from the last on: what ends connections is there first, and then what begins them. */
const beforeEnds = (sites: LibrarySite[], handshakes: LibrarySite[]): LibrarySite[] => {
  const ends = sites.filter(({ function: name }) => name === "clear" || name === "free");
  return [...sites.filter((site) => !ends.includes(site)), ...handshakes, ...ends];
};

/** Where copies show what passes: those in the stead of calls. Writes only where reads are seen so; undefined where they are not. */
function copiesAmong(
  elf: ElfFile,
  method: TlsMethod,
  bio: ConnectionBio,
  calls: LibrarySite[],
): LibrarySite[] | undefined {
  const reads = allReadCopies(elf, method, bio);
  if (reads.length === 0) return undefined;
  const writes = allWriteCopies(elf, method, bio);
  const isSeen = ({ function: name }: LibrarySite) =>
    NOTED_READS.has(name) || (writes.length > 0 && NOTED_WRITES.has(name));
  return [...reads, ...writes, ...calls.filter((site) => !isSeen(site))];
}

/** Of a handshake only the connection is asked for. */
const HANDSHAKE_REGISTERS = ["rsp", "rdi"] as const;

/** Where handshakes begin and end, whether the program asks for them or leaves them to its first read or write. They end by jumping to what makes them. */
function handshakeSites(elf: ElfFile, { accept, connect }: TlsMethod): LibrarySite[] {
  const hello = connectionHello(elf);
  const shutdown = connectionShutdown(elf);
  const detailOf = (end: HandshakeEnd): bigint =>
    (hello ? helloDetail(hello, end) : 0n) | (shutdown === undefined ? 0n : shutdownDetail(shutdown));
  const ends = [["server", accept] as const, ["client", connect] as const];
  return ends.flatMap(([end, address]) => {
    if (address === undefined) return [];
    const cheap = emulatedSite(codeAt(elf, address), HANDSHAKE_REGISTERS);
    const offset = elf.fileOffset(cheap ?? address);
    const cost = cheap === undefined ? "single_step" : "emulated";
    return [
      {
        ...{ function: "handshake", symbol: "TLS_method", inner: true, offset, kind: "call", cost },
        ...((hello || shutdown !== undefined) && { detail: detailOf(end) }),
      },
    ];
  });
}

/**
 * Where to stand, so that every call of SSL_read, SSL_read_ex, SSL_write and SSL_write_ex is seen once, at the least cost
 * the file allows. The inner functions end by jumping to what a pointer names, so where a return is seen by instruction
 * probes stand on the exported ones. @throws ElfError, Error in words
 */
export function sitesAmong(elf: ElfFile, symbols: Symbols, returnBy: ReturnBy = "probe"): LibrarySite[] {
  const named = (wanted: Readonly<Record<string, SiteFunction>>) =>
    namedSites(elf, symbols, wanted, returnBy);
  const mayBeInner = returnBy === "probe";
  const reads =
    (mayBeInner && innerRead(elf, symbols)) || named({ SSL_read: "read", SSL_read_ex: "read_ex" });
  const writes =
    (mayBeInner && innerWrite(elf, symbols)) ||
    named({ SSL_write: "write", SSL_write_ex: "write_ex", SSL_write_ex2: "write_flags" });
  const files = named({ SSL_sendfile: "sendfile" });
  const ends = namedSites(elf, symbols, { SSL_clear: "clear", SSL_free: "free" });
  return [...reads, ...writes, ...files, ...ends];
}

/** The one function that SSL_read and SSL_read_ex both call with the length's address in rcx. */
function innerRead(elf: ElfFile, symbols: Symbols): LibrarySite[] | undefined {
  const inner = sharedCallee(elf, symbols, "SSL_read", "SSL_read_ex");
  return inner?.register === "rcx" ? site(elf, inner.address, "SSL_read", "read_ex") : undefined;
}

function innerWrite(elf: ElfFile, symbols: Symbols): LibrarySite[] | undefined {
  const throughFlags = symbols.has("SSL_write_ex2");
  if (throughFlags && !leadsTo(elf, symbols, "SSL_write_ex", "SSL_write_ex2")) return undefined;
  const inner = sharedCallee(elf, symbols, "SSL_write", throughFlags ? "SSL_write_ex2" : "SSL_write_ex");
  if (!inner?.register) return undefined;
  return site(elf, inner.address, "SSL_write", inner.register === "rcx" ? "write_ex" : "write_flags");
}

function site(elf: ElfFile, address: number, symbol: string, name: SiteFunction): LibrarySite[] | undefined {
  const at = emulatedSite(codeAt(elf, address), CALL_REGISTERS);
  if (at === undefined) return undefined;
  return [
    { function: name, symbol, inner: true, offset: elf.fileOffset(at), kind: "call", cost: "emulated" },
  ];
}

function sharedCallee(
  elf: ElfFile,
  symbols: Symbols,
  plain: string,
  extended: string,
): { address: number; register: "rcx" | "r8" | undefined } | undefined {
  // Only x86-64 is read; elsewhere (aarch64: untested) probes stand on the exported functions.
  if (elf.machine !== "x86-64") return undefined;
  const plainSymbol = symbols.get(plain);
  const extendedSymbol = symbols.get(extended);
  if (!plainSymbol || !extendedSymbol) return undefined;
  const code = functionCode(elf, plainSymbol);
  const own = (function_: typeof code) =>
    leavesFor(elf, function_).filter(({ to }) => to.import === undefined);
  const theirs = new Set(own(functionCode(elf, extendedSymbol)).map(({ to }) => to.address));
  const shared = own(code).filter(({ to }) => theirs.has(to.address));
  const [first] = shared;
  // Two candidates, or two calls of one: not the shape that is known, so it is not guessed at.
  if (!first || shared.length > 1) return undefined;
  return { address: first.to.address, register: lengthRegister(code, first.from) };
}
