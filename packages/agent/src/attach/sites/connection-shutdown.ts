import type { ElfFile } from "../elf/elf-file.js";
import { loadedFrom } from "./field-getter.js";

const GETTER = "SSL_get_shutdown";
/** By whose symbols it is found. */
export const SHUTDOWN_FUNCTIONS = [GETTER] as const;
/** An `int`; lower stand a version and pointers that every connection has. */
const UNIT = 4;
const AT_MIN = 8;
/** What fits into a cookie. */
const AT_MAX = 0x7fff * UNIT;

/**
 * Where an OpenSSL connection notes that its peer ended it (`close_notify`), in bytes from the connection: by the code of SSL_get_shutdown, which
 * loads it. Undefined where that loads from several places, or from none. @throws ElfError
 */
export function connectionShutdown(elf: ElfFile): number | undefined {
  if (elf.machine !== "x86-64") return undefined;
  const getter = elf.functions(new Set(SHUTDOWN_FUNCTIONS)).get(GETTER);
  const at = getter && loadedFrom(elf, getter, 4);
  return at !== undefined && at % UNIT === 0 && at >= AT_MIN && at <= AT_MAX ? at : undefined;
}

/** Above what the cookie says of its hello. */
const SHUTDOWN_BIT = 49n;

/** What programs at handshakes are told of it, in the uppermost bits of the cookie (bpf/probes/left-connection.h). */
export const shutdownDetail = (at: number): bigint => BigInt(at / UNIT) << SHUTDOWN_BIT;
