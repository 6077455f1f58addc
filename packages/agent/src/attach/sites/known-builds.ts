/** Less code than this does not tell one function from another, where it is not all of it. */
export const CODE_MIN_BYTES = 16;

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
  /** for people: which program, version and machine */
  title?: string;
}

/** By build id, in hexadecimal. */
export type KnownBuilds = ReadonlyMap<string, KnownBuild>;
