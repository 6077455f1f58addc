import type { ReturnBy } from "../../capture/return-probes.js";
import type { ElfFile } from "../elf/elf-file.js";
import type { ChosenSites } from "../runtimes.js";
import { namedSites } from "./named-sites.js";

/**
 * Calls that hand over or take plaintext, all as `f(session, data, size, …)` with the number of bytes as their result.
 * `gnutls_record_recv_packet` gives a packet instead, and early data is another call again: neither is seen.
 */
const TRANSFERS = {
  gnutls_record_recv: "read",
  gnutls_record_recv_seq: "read",
  gnutls_record_send: "write",
  gnutls_record_send2: "write",
  gnutls_record_send_range: "write",
} as const;
const FLUSH = { gnutls_record_uncork: "flush" } as const;
const END = { gnutls_deinit: "free" } as const;
const NAMES = new Set([TRANSFERS, FLUSH, END].flatMap((functions) => Object.keys(functions)));

/** Where to stand in GnuTLS, 3.0 and later. Undefined where the file has none. @throws ElfError */
export function gnutlsSites(elf: ElfFile, returnBy: ReturnBy = "probe"): ChosenSites | undefined {
  const symbols = elf.functions(NAMES);
  if (!symbols.has("gnutls_record_recv") || !symbols.has("gnutls_record_send")) return undefined;
  const sites = [TRANSFERS, FLUSH, END].flatMap((functions) => namedSites(elf, symbols, functions, returnBy));
  return { runtime: "gnutls", sites };
}
