import type { ElfFile } from "../elf/elf-file.js";
import type { FunctionSymbol } from "../elf/function-symbols.js";
import { loadedFrom } from "./field-getter.js";

/** Where an OpenSSL connection has the BIO that it reads ciphertext from. */
export interface ConnectionBio {
  /** of the pointer in what `SSL *` points to, in bytes */
  at: number;
  /** `struct bio_st` begins with its library context since 3.0 */
  isOf3: boolean;
}

/** Exported since 3.0. */
export const SINCE_3_0 = "SSL_CTX_new_ex";
/** Exported since 1.1.1; before, a BIO's descriptor was elsewhere. */
const SINCE_1_1_1 = "SSL_read_early_data";
/** Left out, with a field of a BIO, of builds without what 3.0 deprecated. */
const DEPRECATED = "SSL_CTX_use_RSAPrivateKey";
const GETTER = "SSL_get_rbio";
/** Of libcrypto, which a program that has all inside has, too: it loads the field before the descriptor. */
const RETRY_REASON = "BIO_get_retry_reason";
/** Where that is with what 3.0 deprecated, in bytes. */
const RETRY_REASON_AT = { since3: 52, before: 44 } as const;
/** By whose symbols it is found. */
export const BIO_FUNCTIONS = [GETTER, SINCE_3_0, SINCE_1_1_1, DEPRECATED, RETRY_REASON] as const;
/** What fits into a cookie. */
const AT_MAX = 0xff * 8;

/**
 * By the code of SSL_get_rbio, whose result is loaded from what its argument points to; OpenSSL 3.2 and later look first
 * whether that is a connection. Undefined where it loads from several places, or from none, and where BIOs are laid out in another way. @throws ElfError
 */
export function connectionBio(elf: ElfFile): ConnectionBio | undefined {
  if (elf.machine !== "x86-64") return undefined;
  const symbols = elf.functions(new Set(BIO_FUNCTIONS));
  const getter = symbols.get(GETTER);
  if (!getter || !symbols.has(SINCE_1_1_1)) return undefined;
  const isOf3 = symbols.has(SINCE_3_0);
  if (!symbols.has(DEPRECATED) && !hasUsualBios(elf, symbols.get(RETRY_REASON), isOf3)) return undefined;
  const at = loadedFrom(elf, getter, 8);
  if (at === undefined || at % 8 !== 0 || at <= 0 || at > AT_MAX) return undefined;
  return { at, isOf3 };
}

/** Of a program whose linker left out what nobody calls: whether a BIO has its fields where they are known to be. */
const hasUsualBios = (elf: ElfFile, getter: FunctionSymbol | undefined, isOf3: boolean): boolean =>
  getter !== undefined &&
  loadedFrom(elf, getter, 4) === (isOf3 ? RETRY_REASON_AT.since3 : RETRY_REASON_AT.before);

/** Where the layout of BIOs and the connection's own stand in the cookie. */
const LAYOUT_BIT = 55n;
const BIO_BIT = 56n;

/** What programs at copies are told of it, in the uppermost bits of the cookie (bpf/probes/ssl-own-socket.h). */
export const bioDetail = ({ at, isOf3 }: ConnectionBio): bigint =>
  (BigInt(at / 8) << BIO_BIT) | (isOf3 ? 1n << LAYOUT_BIT : 0n);
