import type { ElfFile } from "../elf/elf-file.js";
import type { FunctionSymbol } from "../elf/function-symbols.js";
import { CALL_REGISTERS, ENTRY_REGISTERS, emulatedSite } from "./emulated.js";
import { functionCode, leavesFor } from "./inner-function.js";
import type { LibrarySite, SiteFunction } from "./site.js";

export type Symbols = ReadonlyMap<string, FunctionSymbol>;

/** On every machine: SSL_write_ex of OpenSSL 3.3 and later, and what GnuTLS sends by. */
const JUMPS: Readonly<Record<string, string>> = {
  SSL_write_ex: "SSL_write_ex2",
  gnutls_record_send: "gnutls_record_send2",
};

/** Whether one function does its work by calling another, or by jumping to it. */
export function leadsTo(elf: ElfFile, symbols: Symbols, from: string, to: string): boolean {
  const start = symbols.get(from);
  const end = symbols.get(to);
  if (!start || !end || from === to) return false;
  if (elf.machine !== "x86-64") return JUMPS[from] === to;
  return leavesFor(elf, elf.importedFunctions(), functionCode(elf, start)).some(
    ({ to: place }) => place.address === end.address || place.import === to,
  );
}

/** A site on each of these functions that the file has, at the least cost that it allows. */
export function namedSites(
  elf: ElfFile,
  symbols: Symbols,
  wanted: Readonly<Record<string, SiteFunction>>,
): LibrarySite[] {
  const sites: LibrarySite[] = [];
  for (const [name, function_] of Object.entries(wanted)) {
    const symbol = symbols.get(name);
    // A form that calls another one (as in LibreSSL and GnuTLS) would be counted twice.
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
