import type { ReturnBy } from "../../capture/return-probes.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { FunctionSymbol } from "../elf/function-symbols.js";
import { CALL_REGISTERS, ENTRY_REGISTERS, emulatedSite } from "./emulated.js";
import { functionCode, leavesFor } from "./inner-function.js";
import { returnInstructions } from "./return-instructions.js";
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
  return leavesFor(elf, functionCode(elf, start)).some(
    ({ to: place }) => place.address === end.address || place.import === to,
  );
}

/**
 * A site on each of these functions that the file has, at the least cost that it allows; where a return is seen by instruction, also
 * on each of those. @throws Error in words where one returns in a way that is not followed
 */
export function namedSites(
  elf: ElfFile,
  symbols: Symbols,
  wanted: Readonly<Record<string, SiteFunction>>,
  returnBy: ReturnBy = "probe",
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
    const named = { function: function_, symbol: name, inner: false } as const;
    const entry: LibrarySite = {
      ...named,
      offset: elf.fileOffset(cheap ?? symbol.address),
      kind,
      cost: cheap === undefined ? "single_step" : "emulated",
    };
    if (kind === "entry" || returnBy === "probe") {
      sites.push(entry);
      continue;
    }
    const returns = returnInstructions(elf, symbol).map((address) => elf.fileOffset(address));
    sites.push({ ...entry, kind: "call_entry" });
    for (const offset of returns) {
      sites.push({ ...named, offset, kind: "call_return", cost: "single_step" });
    }
  }
  return sites.filter((site, index) => !isListedLater(site, sites.slice(index + 1)));
}

/** Functions that jump to the same one return at the same instruction. What comes last is attached first. */
const isListedLater = ({ kind, offset }: LibrarySite, later: LibrarySite[]): boolean =>
  kind === "call_return" && later.some((other) => other.kind === kind && other.offset === offset);
