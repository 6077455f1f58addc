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
 * symbols or, where nobody publishes these, made by reading that very build and watching it (docs/decisions/0020); never by likeness.
 */
export const KNOWN_BUILDS: KnownBuilds = new Map<string, KnownBuild>([
  [
    "b5188e4f53b53f3a346614bd78ba53f2ff234402", // Bun 1.4.5, x86-64 (npm's @oven/bun-linux-x64)
    {
      runtime: "boringssl",
      functions: [
        {
          name: "SSL_read",
          address: 0x2586500,
          size: 251,
          code: "554889e54157415653504883bf9800000000742eb99de52900bf1000000031f6",
        },
        {
          name: "SSL_write",
          address: 0x2607c30,
          size: 388,
          code: "554889e54157415641554154534883ec184189d74989f64889fb488b4730c780",
        },
        {
          name: "SSL_free", // the destructor of what it frees (ssl_st), which it and all that it was inlined in lead to
          address: 0x25b5910,
          size: 474,
          code: "554889e54156534889fb488d7778bfd8ce8506e8d871ccff4c8b730848c74308",
        },
      ],
    },
  ],
]);
