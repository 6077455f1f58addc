import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import type { Instruction } from "../sites/instructions.js";
import type { SiteFunction } from "../sites/site.js";
import { UnknownBuild } from "../unknown-build.js";
import { FunctionTable, type GoFunction } from "./function-table.js";
import { type GoCode, goFunctionCode } from "./go-code.js";
import { callingConvention, type GoCallingConvention, goVersion } from "./go-version.js";

export type GoSiteFunction = Extract<SiteFunction, `go_${string}`>;

export interface GoSite {
  function: GoSiteFunction;
  /** the Go function it stands in */
  symbol: string;
  /** in the file */
  offset: number;
  cost: "emulated" | "single_step";
  /** as linked, from the site to `net.(*TCPConn).Close`, by which the kernel knows a TCP connection; 0: there is none */
  tcpCloseAt: number;
}

export interface GoProgram {
  /** as the program says it: `go1.19.8` */
  version: string;
  convention: GoCallingConvention;
  /** stack convention: where a thread has its goroutine's address, relative to its fs base; else 0 */
  goroutineAt: number;
  sites: GoSite[];
}

const READ = "crypto/tls.(*Conn).Read";
const WRITE = "crypto/tls.(*Conn).Write";
/** What Write calls for each record, once the handshake is done and the connection found open. */
const WRITE_RECORD = "crypto/tls.(*Conn).writeRecordLocked";
const CLOSE = "crypto/tls.(*Conn).Close";
const HANDSHAKES = ["crypto/tls.(*Conn).clientHandshake", "crypto/tls.(*Conn).serverHandshake"];
const NEEDED = [READ, WRITE, WRITE_RECORD, CLOSE];
/** What the table of methods has first where a net.Conn is a TCP connection. */
const TCP_CLOSE = "net.(*TCPConn).Close";

const SITES_MAX = 64;
const RET = 0xc3;

/** Where to stand in a Go program, and what its probes are told (struct go_site of bpf/probes/go-call.h). */
export function goSites(elf: ElfFile): ChosenSites | undefined {
  const program = goProgram(elf);
  if (!program) return undefined;
  const goroutineAt = BigInt.asUintN(16, BigInt(program.goroutineAt)) << 16n;
  const sites = program.sites.map(({ tcpCloseAt, ...site }) => ({
    ...{ ...site, inner: site.function === "go_write", kind: KIND[site.function] },
    detail: goroutineAt | (BigInt.asUintN(32, BigInt(tcpCloseAt)) << 32n),
  }));
  return { runtime: "go", sites };
}

const KIND = {
  go_write: "go_bytes",
  go_read: "go_entry",
  go_read_return: "go_bytes",
  go_handshake: "go_entry",
  go_close: "go_entry",
} as const;

/**
 * Where to stand in a Go program, so that each call of crypto/tls is seen. undefined where it is no Go program, or one
 * without crypto/tls. @throws UnknownBuild, ElfError for a file that is not what it claims
 */
export function goProgram(elf: ElfFile): GoProgram | undefined {
  const version = goVersion(elf);
  if (version === undefined) return undefined;
  const functions = new FunctionTable(elf).functions(new Set([...NEEDED, ...HANDSHAKES, TCP_CLOSE]));
  if (!functions.has(READ)) return undefined;
  const convention = elf.machine === "x86-64" ? callingConvention(version) : undefined;
  if (convention === undefined) throw new UnknownBuild(`${version} on ${elf.machine}`);
  const lacking = NEEDED.find((name) => !functions.has(name));
  if (lacking !== undefined) throw new UnknownBuild(`${version} without ${lacking}`);
  const code = new Map(
    [READ, WRITE, CLOSE, ...HANDSHAKES].flatMap((symbol) => {
      const place = functions.get(symbol);
      return place ? [[symbol, goFunctionCode(elf, symbol, place, convention)] as const] : [];
    }),
  );
  const goroutineAt = new Set([...code.values()].map(({ check }) => check.goroutineAt ?? 0));
  const [inThread = 0, ...others] = goroutineAt;
  if (others.length > 0 || Math.abs(inThread) > 0x7fff) {
    throw new UnknownBuild(`${version} with its goroutine in an odd place`);
  }
  const tcpClose = functions.get(TCP_CLOSE)?.address;
  const places = [...code].flatMap(([symbol, each]) => placesIn(symbol, each, functions.get(WRITE_RECORD)));
  return {
    ...{ version, convention, goroutineAt: inThread },
    sites: places
      .sort((one, other) => ORDER.indexOf(one.function) - ORDER.indexOf(other.function))
      .map(({ address, ...site }) => ({
        ...site,
        offset: elf.fileOffset(address),
        tcpCloseAt: tcpClose === undefined ? 0 : within32Bits(tcpClose - address),
      })),
  };
}

const within32Bits = (distance: number): number => (Math.abs(distance) <= 0x7fff_ffff ? distance : 0);

/** As sites are listed: attached from the end, so that a connection that is seen to begin is seen to end, and a read to return. */
const ORDER = ["go_write", "go_read", "go_read_return", "go_handshake", "go_close"];

type Place = Pick<GoSite, "function" | "symbol" | "cost"> & { address: number };

function placesIn(symbol: string, { code, check }: GoCode, writeRecord: GoFunction | undefined): Place[] {
  const entry = (name: GoSiteFunction): Place => ({
    ...{ function: name, symbol, address: check.jump, cost: "emulated" },
  });
  switch (symbol) {
    case READ:
      return [...returns(symbol, code), entry("go_read")];
    case WRITE:
      return callsOf(symbol, code, writeRecord?.address);
    case CLOSE:
      return [entry("go_close")];
    default:
      return [entry("go_handshake")];
  }
}

/** All of them: a function that is left by another way than `ret` is none that is known. */
function returns(symbol: string, code: Instruction[]): Place[] {
  const first = code[0]?.address ?? 0;
  const last = code.at(-1)?.address ?? 0;
  const leaves = code.some(
    ({ flow, target }) =>
      flow === "indirect_jump" ||
      (flow === "jump" && (target === undefined || target < first || target > last)),
  );
  const found = code.filter(({ bytes }) => bytes.length === 1 && bytes[0] === RET);
  if (leaves || found.length === 0 || found.length > SITES_MAX) {
    throw new UnknownBuild(`${symbol} ends in a way that is not known`);
  }
  return found.map(({ address }) => ({
    ...{ function: "go_read_return", symbol, address, cost: "single_step" },
  }));
}

function callsOf(symbol: string, code: Instruction[], callee: number | undefined): Place[] {
  const found = code.filter(({ flow, target }) => flow === "call" && target === callee);
  if (found.length === 0 || found.length > SITES_MAX) {
    throw new UnknownBuild(`${symbol} writes in a way that is not known`);
  }
  return found.map(({ address }) => ({ function: "go_write", symbol, address, cost: "emulated" }));
}
