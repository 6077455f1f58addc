import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOpensslName } from "../libraries/library-name.js";
import { cachedLibraries, readLoaderCache } from "../libraries/loader-cache.js";
import { chooseSites } from "../runtimes.js";
import { bytesOf, ElfError, withFile } from "./byte-source.js";
import { ElfFile } from "./elf-file.js";

const [path = ""] = cachedLibraries(readLoaderCache("") ?? Buffer.alloc(0), isOpensslName);
const library = readFileSync(path);

const names = new Set(["SSL_read", "SSL_write", "SSL_nothing"]);

/** All that is asked of an ELF file; the only way to fail is ElfError. */
const readAll = (bytes: Buffer): void => {
  try {
    const elf = new ElfFile(bytesOf(bytes));
    elf.exportedFunctions(names);
    elf.importedFunctions();
    chooseSites(elf, new Map([[elf.buildId ?? "", { runtime: "openssl", functions: [] }]]));
    for (const { offset, size } of elf.readOnlyData()) {
      expect(Number.isSafeInteger(offset) && Number.isSafeInteger(size)).toBe(true);
    }
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
  }
};

test("reads the build id as binutils do", () => {
  const notes = execFileSync("readelf", ["--notes", path], { encoding: "utf8" });
  const elf = withFile(path, (source) => new ElfFile(bytesOf(source.read(0, source.size))));
  expect(elf.buildId).toBe(/Build ID: ([0-9a-f]+)/.exec(notes)?.[1]);
});

test("reads exported functions and where they are in the file", () => {
  const elf = withFile(path, (source) => new ElfFile(bytesOf(source.read(0, source.size))));
  const functions = elf.exportedFunctions(names);
  expect([...functions.keys()].sort()).toEqual(["SSL_read", "SSL_write"]);
  const read = functions.get("SSL_read");
  expect(read?.size).toBeGreaterThan(0);
  expect(elf.fileOffset(read?.address ?? 0)).toBeLessThan(library.length);
  expect(new Set(elf.importedFunctions().values())).toContain("ERR_clear_error");
});

describe("a hostile file is refused in words, or read within bounds", () => {
  test.each([
    ["empty", Buffer.alloc(0)],
    ["no ELF", Buffer.alloc(4096, "x")],
    ["32 bit", Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), Buffer.alloc(200)])],
  ])("%s", (_, bytes) => {
    expect(() => new ElfFile(bytesOf(bytes))).toThrow(ElfError);
  });

  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(library);
    change(bytes);
    return bytes;
  };

  test("tables beyond the end, of absurd size, with absurd counts", () => {
    for (const at of [32, 40]) {
      expect(() => new ElfFile(bytesOf(changed((b) => b.writeBigUInt64LE(2n ** 63n, at))))).toThrow(ElfError);
      expect(() => new ElfFile(bytesOf(changed((b) => b.writeBigUInt64LE(2n ** 52n, at))))).toThrow(ElfError);
    }
    for (const at of [56, 60]) {
      expect(() => new ElfFile(bytesOf(changed((b) => b.writeUInt16LE(0xffff, at))))).toThrow(ElfError);
    }
  });

  test("sections that overlap everything", () => {
    const bytes = changed((b) => {
      const at = Number(b.readBigUInt64LE(40));
      for (let index = 0; index < b.readUInt16LE(60); index++) {
        b.writeBigUInt64LE(0n, at + index * 64 + 24);
        b.writeBigUInt64LE(BigInt(b.length), at + index * 64 + 32);
      }
    });
    readAll(bytes);
  });

  test("a table of relocations listed thousands of times", () => {
    const bytes = changed((b) => {
      const at = Number(b.readBigUInt64LE(40));
      const tables = Array.from({ length: b.readUInt16LE(60) }, (_, index) => at + index * 64);
      const relocations = tables.find((each) => b.readUInt32LE(each + 4) === 4) ?? at;
      for (const each of tables) {
        if (b.readUInt32LE(each + 4) !== 1) continue;
        b.copy(b, each, relocations, relocations + 64);
        b.writeBigUInt64LE(0n, each + 24);
        b.writeBigUInt64LE(BigInt(b.length), each + 32);
      }
    });
    readAll(bytes);
  });

  test("cut off anywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: library.length }), (length) =>
        readAll(library.subarray(0, length)),
      ),
      { numRuns: 100 },
    );
  });

  test("with its headers overwritten anywhere", () => {
    const sectionsAt = Number(library.readBigUInt64LE(40));
    const place = fc.oneof(
      fc.integer({ min: 0, max: 1200 }),
      fc.integer({ min: sectionsAt, max: library.length - 9 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), { maxLength: 4 }),
        (writes) =>
          readAll(
            changed((b) => {
              for (const [at, value] of writes) b.writeBigUInt64LE(value, at);
            }),
          ),
      ),
      { numRuns: 200 },
    );
  });

  test("random bytes behind a true beginning", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 2048 }), (rest) => {
        readAll(Buffer.concat([library.subarray(0, 20), rest]));
      }),
      { numRuns: 300 },
    );
  });
});
