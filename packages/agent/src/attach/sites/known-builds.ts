/** One function of a build: where it is, and how its code begins. */
export interface KnownFunction {
  name: string;
  /** as linked */
  address: number;
  /** bytes of its code */
  size: number;
  /** how its code begins, in hexadecimal: 16 bytes at least, or the whole function */
  code: string;
}

/** A program with a TLS library inside and no symbols, of which somebody has found the functions. */
export interface KnownBuild {
  /** what has the functions of OpenSSL */
  runtime: "openssl" | "boringssl";
  /** SSL_read and SSL_write at least; names of OPENSSL_FUNCTIONS */
  functions: readonly KnownFunction[];
}

/** By build id, in hexadecimal. */
export type KnownBuilds = ReadonlyMap<string, KnownBuild>;

/**
 * The builds that are known. An entry is printed by `node infra/known-build.mjs PROGRAM` from the same build with its
 * symbols, never found by looking alike.
 */
export const KNOWN_BUILDS: KnownBuilds = new Map<string, KnownBuild>();
