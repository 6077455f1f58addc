import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fuzzParameters, fuzzTimeoutMs } from "../../testing/fuzz-parameters.js";
import { type FilePart, HostileFile, type Overwrite } from "../../testing/hostile-file.js";
import { FunctionTable } from "../go/function-table.js";
import { goProgram } from "../go/go-sites.js";
import { goVersion } from "../go/go-version.js";
import { isTlsLibraryName } from "../libraries/library-name.js";
import { cachedLibraries, readLoaderCache } from "../libraries/loader-cache.js";
import { chooseSites } from "../runtimes.js";
import { UnknownBuild } from "../unknown-build.js";
import { type ByteSource, ElfError } from "./byte-source.js";
import { ElfFile } from "./elf-file.js";

type Reader = (elf: ElfFile) => unknown;

const symbols = new Set(["SSL_read", "gnutls_record_recv", "main", "crypto/tls.(*Conn).Read"]);

/** What is seen at calls is seen, whatever hinders from seeing it at copies. */
const chooseCopies: Reader = (elf) => {
  try {
    return chooseSites(elf, undefined, "probe", "copy");
  } catch (error) {
    chooseSites(elf);
    throw new Error("calls are found, and copies fail", { cause: error });
  }
};

/** What reads files of others; every reader is tried on every file. */
const READERS: Record<string, Reader[]> = {
  ELF: [
    (elf) => elf.exportedFunctions(symbols),
    (elf) => elf.functions(symbols),
    (elf) => elf.importedFunctions(),
    (elf) => chooseSites(elf),
    chooseCopies,
  ],
  "Go's table of functions": [
    (elf) => new FunctionTable(elf).functions(symbols),
    (elf) => goVersion(elf),
    (elf) => goProgram(elf),
  ],
};

const libraries = cachedLibraries(readLoaderCache("") ?? Buffer.alloc(0), isTlsLibraryName);
/** Libraries, a stripped Go program, and a large program with symbols and OpenSSL inside. */
const files = [...libraries, "/usr/bin/caddy", process.execPath]
  .filter((path) => existsSync(path))
  .map((path) => readFileSync(path));

/** Values that lengths, counts and offsets go wrong at. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map(BigInt),
  fc.integer({ min: -64, max: 64 }).map((distance) => BigInt.asUintN(64, BigInt(distance))),
  fc.integer({ min: 0, max: 63 }).map((bit) => 1n << BigInt(bit)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

/** Half of them in small parts, where a byte says most: headers, and code at one address. */
const overwrite = (parts: readonly FilePart[]): fc.Arbitrary<Overwrite> => {
  const small = parts.filter(({ length }) => length <= 4096);
  const part = fc.oneof(fc.constantFrom(...(small.length > 0 ? small : parts)), fc.constantFrom(...parts));
  return fc
    .tuple(part, fc.nat(), fc.constantFrom(1, 2, 4, 8), value)
    .map(([{ offset, length }, place, width, what]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(what);
      return { at: offset + (place % length), bytes: bytes.subarray(0, width) };
    });
};

const hostile = (file: HostileFile): fc.Arbitrary<ByteSource> =>
  fc
    .tuple(
      fc.array(overwrite(file.parts), { minLength: 1, maxLength: 4 }),
      fc.oneof(
        { weight: 20, arbitrary: fc.constant(file.size) },
        { weight: 1, arbitrary: fc.nat(file.size) },
      ),
    )
    .map(([overwrites, size]) => file.with(overwrites, size));

/** Nothing but these two says that a file is not what it claims. */
const refusing = (read: Reader) => (source: ByteSource) => {
  try {
    read(new ElfFile(source));
  } catch (error) {
    if (!(error instanceof ElfError) && !(error instanceof UnknownBuild)) throw error;
  }
};

test.each(Object.entries(READERS))(
  "%s: real files, overwritten where they are read",
  (_, readers) => {
    expect(files.length).toBeGreaterThan(3);
    const cases = readers.map(refusing).flatMap((read) =>
      files.map((file) =>
        hostile(new HostileFile(file, read)).map((source) => () => {
          read(source);
        }),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(...cases), (run) => run()),
      fuzzParameters(150),
    );
  },
  fuzzTimeoutMs,
);
