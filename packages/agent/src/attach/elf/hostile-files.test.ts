import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fuzzParameters, fuzzTimeoutMs } from "../../testing/fuzz-parameters.js";
import { hostile } from "../../testing/hostile-file.js";
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

/** What reads files of others; every reader is tried on every file. */
const READERS: Record<string, Reader[]> = {
  ELF: [
    (elf) => elf.exportedFunctions(symbols),
    (elf) => elf.functions(symbols),
    (elf) => elf.importedFunctions(),
    (elf) => chooseSites(elf),
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
        hostile(file, read).map((source) => () => {
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
