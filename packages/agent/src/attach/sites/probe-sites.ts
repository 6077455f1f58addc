import type { DynamicSymbol, ElfFile } from "../elf/elf-file.js";
import { CALL_REGISTERS, ENTRY_REGISTERS, emulatedSite } from "./emulated.js";
import { codeAt, functionCode, leavesFor, lengthRegister } from "./inner-function.js";

/** `enum site_function` of bpf/include/tables.h. */
export const SITE_FUNCTION = {
  read: 1,
  read_ex: 2,
  write: 3,
  write_ex: 4,
  write_flags: 5,
  clear: 6,
  free: 7,
} as const;
export type SiteFunction = keyof typeof SITE_FUNCTION;

export interface LibrarySite {
  function: SiteFunction;
  /** the exported function it stands on, or the one through which the inner function was found */
  symbol: string;
  /** on the function that the exported ones share */
  inner: boolean;
  /** in the file */
  offset: number;
  kind: "call" | "entry";
  cost: "emulated" | "single_step";
}

const NAMES = [
  "SSL_read",
  "SSL_read_ex",
  "SSL_write",
  "SSL_write_ex",
  "SSL_write_ex2",
  "SSL_clear",
  "SSL_free",
] as const;

/**
 * Where to stand in a libssl, so that every call of SSL_read, SSL_read_ex, SSL_write and SSL_write_ex is seen once, at the
 * least cost the file allows. Empty where it is no OpenSSL. @throws ElfError for a file that is not what it claims
 */
export function chooseSites(elf: ElfFile): LibrarySite[] {
  const symbols = elf.exportedFunctions(new Set(NAMES));
  if (!symbols.has("SSL_read") || !symbols.has("SSL_write")) return [];
  const reads =
    innerRead(elf, symbols) ?? exported(elf, symbols, { SSL_read: "read", SSL_read_ex: "read_ex" });
  const writes =
    innerWrite(elf, symbols) ??
    exported(elf, symbols, { SSL_write: "write", SSL_write_ex: "write_ex", SSL_write_ex2: "write_flags" });
  const ends = exported(elf, symbols, { SSL_clear: "clear", SSL_free: "free" });
  return [...reads, ...writes, ...ends];
}

type Symbols = Map<string, DynamicSymbol>;

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
  const imports = elf.importedFunctions();
  const code = functionCode(elf, plainSymbol);
  const own = (function_: typeof code) =>
    leavesFor(elf, imports, function_).filter(({ to }) => to.import === undefined);
  const theirs = new Set(own(functionCode(elf, extendedSymbol)).map(({ to }) => to.address));
  const shared = own(code).filter(({ to }) => theirs.has(to.address));
  const [first] = shared;
  // Two candidates, or two calls of one: not the shape that is known, so it is not guessed at.
  if (!first || shared.length > 1) return undefined;
  return { address: first.to.address, register: lengthRegister(code, first.from) };
}

/** Whether one exported function does its work by calling another, or by jumping to it. */
function leadsTo(elf: ElfFile, symbols: Symbols, from: string, to: string): boolean {
  const start = symbols.get(from);
  const end = symbols.get(to);
  if (!start || !end || from === to) return false;
  // SSL_write_ex of OpenSSL 3.3 and later is a jump to SSL_write_ex2, on every machine.
  if (elf.machine !== "x86-64") return from === "SSL_write_ex" && to === "SSL_write_ex2";
  return leavesFor(elf, elf.importedFunctions(), functionCode(elf, start)).some(
    ({ to: place }) => place.address === end.address || place.import === to,
  );
}

function exported(elf: ElfFile, symbols: Symbols, wanted: Record<string, SiteFunction>): LibrarySite[] {
  const sites: LibrarySite[] = [];
  for (const [name, function_] of Object.entries(wanted)) {
    const symbol = symbols.get(name);
    // A form that calls another one (as in LibreSSL) would be counted twice.
    if (!symbol || Object.keys(wanted).some((other) => leadsTo(elf, symbols, name, other))) continue;
    const kind = function_ === "clear" || function_ === "free" ? "entry" : "call";
    const cheap =
      elf.machine === "x86-64"
        ? emulatedSite(functionCode(elf, symbol), kind === "call" ? CALL_REGISTERS : ENTRY_REGISTERS)
        : undefined;
    sites.push({
      function: function_,
      symbol: name,
      inner: false,
      offset: elf.fileOffset(cheap ?? symbol.address),
      kind,
      cost: cheap === undefined ? "single_step" : "emulated",
    });
  }
  return sites;
}
