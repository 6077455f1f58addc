import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import type { SiteFunction } from "../sites/site.js";
import { UnknownBuild } from "../unknown-build.js";
import { FunctionTable, type GoFunction } from "./function-table.js";
import { type GoCode, goFunctionCode } from "./go-code.js";
import { goMachine } from "./go-machine.js";
import { callingConvention, type GoCallingConvention, goVersion } from "./go-version.js";
import { callsOf, type GoPlace, readPlaces } from "./read-places.js";

export type GoSiteFunction = Extract<SiteFunction, `go_${string}`>;

export interface GoSite extends Omit<GoPlace, "address"> {
  /** in the file */
  offset: number;
  /** as linked, from the site to `net.(*TCPConn).Close`, by which the kernel knows a TCP connection; 0: there is none */
  tcpCloseAt: number;
}

export interface GoProgram {
  /** as the program says it: `go1.19.8` */
  version: string;
  convention: GoCallingConvention;
  sites: GoSite[];
}

const READ = "crypto/tls.(*Conn).Read";
const WRITE = "crypto/tls.(*Conn).Write";
/** What Write calls for each record, once the handshake is done and the connection found open. */
const WRITE_RECORD = "crypto/tls.(*Conn).writeRecordLocked";
const CLOSE = "crypto/tls.(*Conn).Close";
const HANDSHAKES = ["crypto/tls.(*Conn).clientHandshake", "crypto/tls.(*Conn).serverHandshake"];
const NEEDED = [READ, WRITE, WRITE_RECORD, CLOSE];
/** What `copy` becomes. */
const COPY = "runtime.memmove";
/** What the table of methods has first where a net.Conn is a TCP connection. */
const TCP_CLOSE = "net.(*TCPConn).Close";

/** Where to stand in a Go program, and what its probes are told (struct go_site of bpf/probes/go-calling.h). */
export function goSites(elf: ElfFile): ChosenSites | undefined {
  const program = goProgram(elf);
  if (!program) return undefined;
  const onStack = program.convention === "stack" ? 1n : 0n;
  const sites = program.sites.map(({ tcpCloseAt, receiverAt, ...site }) => ({
    ...{ ...site, inner: site.function === "go_write", kind: KIND[site.function] },
    detail: ((BigInt(receiverAt) | onStack) << 16n) | (BigInt.asUintN(32, BigInt(tcpCloseAt)) << 32n),
  }));
  return { runtime: "go", sites };
}

const KIND = {
  go_write: "go_bytes",
  go_read_copy: "go_bytes",
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
  const functions = new FunctionTable(elf).functions(new Set([...NEEDED, ...HANDSHAKES, COPY, TCP_CLOSE]));
  if (!functions.has(READ)) return undefined;
  const convention = callingConvention(version, elf.machine);
  if (convention === undefined) throw new UnknownBuild(`${version} on ${elf.machine}`);
  const lacking = NEEDED.find((name) => !functions.has(name));
  if (lacking !== undefined) throw new UnknownBuild(`${version} without ${lacking}`);
  const one = (name: string): GoFunction | undefined => {
    const [first, ...others] = functions.get(name) ?? [];
    if (others.length > 0) throw new UnknownBuild(`${version} with ${name} twice`);
    return first;
  };
  const tcpClose = one(TCP_CLOSE)?.address;
  const places = [READ, WRITE, CLOSE, ...HANDSHAKES].flatMap((symbol) => {
    const place = one(symbol);
    if (!place) return [];
    const code = goFunctionCode(elf, symbol, place, convention);
    switch (symbol) {
      case READ:
        return readPlaces(
          symbol,
          code.code,
          convention,
          addresses(functions.get(COPY)),
          goMachine(elf.machine),
        );
      case WRITE:
        return writePlaces(symbol, code, addresses(functions.get(WRITE_RECORD)));
      default:
        return [entry(symbol === CLOSE ? "go_close" : "go_handshake", symbol, code)];
    }
  });
  return {
    ...{ version, convention },
    sites: places
      .sort((one, other) => ORDER.indexOf(one.function) - ORDER.indexOf(other.function))
      .map(({ address, ...site }) => ({
        ...site,
        offset: elf.fileOffset(address),
        tcpCloseAt: tcpClose === undefined ? 0 : within32Bits(tcpClose - address),
      })),
  };
}

const addresses = (functions: readonly GoFunction[] = []) => new Set(functions.map(({ address }) => address));

const within32Bits = (distance: number): number => (Math.abs(distance) <= 0x7fff_ffff ? distance : 0);

/** As sites are listed: attached from the end, so that a connection that is seen to begin is seen to end. */
const ORDER = ["go_write", "go_read_copy", "go_read_return", "go_handshake", "go_close"];

const entry = (function_: GoSiteFunction, symbol: string, { check }: GoCode): GoPlace => ({
  ...{ function: function_, symbol, address: check.jump, cost: "emulated", receiverAt: 0 },
});

function writePlaces(symbol: string, { code }: GoCode, callees: ReadonlySet<number>): GoPlace[] {
  const found = callsOf(code, callees);
  if (found.length === 0) throw new UnknownBuild(`${symbol} writes in a way that is not known`);
  return found.map((address) => ({
    ...{ function: "go_write", symbol, address, cost: "emulated", receiverAt: 0 },
  }));
}
