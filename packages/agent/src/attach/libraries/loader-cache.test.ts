import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isOpensslName, isTlsLibraryName, otherTlsName } from "./library-name.js";
import { cachedLibraries, LoaderCache, readLoaderCache } from "./loader-cache.js";

/** A cache with these entries, as ldconfig writes it; with an empty table of the old format before it where asked. */
const cacheOf = (entries: [name: string, path: string][], oldEntries?: number): Buffer => {
  const texts: Buffer[] = [];
  let end = 48 + entries.length * 24;
  const place = (text: string) => {
    const at = end;
    texts.push(Buffer.from(`${text}\0`));
    end += Buffer.byteLength(text) + 1;
    return at;
  };
  const table = entries.map(([name, path]) => {
    const entry = Buffer.alloc(24);
    entry.writeInt32LE(0x0303, 0);
    entry.writeUInt32LE(place(name), 4);
    entry.writeUInt32LE(place(path), 8);
    return entry;
  });
  const header = Buffer.alloc(48);
  header.write("glibc-ld.so.cache1.1", "latin1");
  header.writeUInt32LE(entries.length, 20);
  const fresh = Buffer.concat([header, ...table, ...texts]);
  if (oldEntries === undefined) return fresh;
  const old = Buffer.alloc(Math.ceil((16 + oldEntries * 12) / 8) * 8);
  old.write("ld.so-1.7.0", "latin1");
  old.writeUInt32LE(oldEntries, 12);
  return Buffer.concat([old, fresh]);
};

const ENTRIES: [string, string][] = [
  ["libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3"],
  ["libz.so.1", "/usr/lib/libz.so.1"],
  ["libssl.so.1.1", "relative/libssl.so.1.1"],
];

test.each([undefined, 0, 3])(
  "names libraries by their path (entries of the old format: %s)",
  (oldEntries) => {
    expect(cachedLibraries(cacheOf(ENTRIES, oldEntries), isOpensslName)).toEqual([
      "/usr/lib/x86_64-linux-gnu/libssl.so.3",
    ]);
  },
);

test("reads this host's", () => {
  expect(
    cachedLibraries(readLoaderCache("") ?? Buffer.alloc(0), (name) => name.includes("libc.so")),
  ).not.toEqual([]);
});

test("whatever the cache holds, it is read within bounds", () => {
  const good = cacheOf(ENTRIES, 2);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 12 }),
      fc.nat(good.length),
      (writes, length) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of writes) bytes[at] = value;
        for (const path of cachedLibraries(bytes.subarray(0, length), () => true)) expect(path[0]).toBe("/");
      },
    ),
    { numRuns: 500 },
  );
});

test("a path leads neither out of the root nor to a file of another name", () => {
  const bytes = cacheOf([
    ["libssl.so.3", "/lib/../../libssl.so.3"],
    ["libssl.so.3", "/usr/bin/node"],
  ]);
  expect(cachedLibraries(bytes, isOpensslName)).toEqual([]);
});

test("an entry count beyond the file is no more than the file holds", () => {
  const bytes = cacheOf(ENTRIES);
  bytes.writeUInt32LE(0xffff_ffff, 20);
  expect(cachedLibraries(bytes, isOpensslName)).toHaveLength(1);
});

test.each([
  ["/usr/lib/libssl.so.3", true],
  ["libssl.so", true],
  ["/site-packages/psycopg2_binary.libs/libssl-1ea6ee5c.so.1.1", true],
  ["/usr/lib/libssl3.so", false],
  ["/usr/lib/libsslcommon.so", false],
  ["/usr/lib/libssl.so.3.txt ", false],
  ["/usr/lib/notlibssl.so", false],
])("%s is OpenSSL's name: %s", (path, expected) => {
  expect(isOpensslName(path)).toBe(expected);
});

test("other TLS libraries are known by name", () => {
  expect(otherTlsName("/usr/lib/libnss3.so")).toBe("NSS");
  expect(otherTlsName("/opt/venv/grpc/_cython/cygrpc.cpython-311-x86_64-linux-gnu.so")).toBe("BoringSSL");
  expect(otherTlsName("/usr/lib/libmono-btls-shared.so")).toBe("BoringSSL");
  expect(isTlsLibraryName("/usr/lib/libgnutls.so.30")).toBe(true);
  expect(otherTlsName("/usr/lib/libssl.so.3")).toBeUndefined();
});

test("one that is kept says what the file says now: written, put in its place, or gone", () => {
  const root = mkdtempSync(join(tmpdir(), "masthead-cache-"));
  try {
    const path = join(root, "etc/ld.so.cache");
    const write = (name: string, to = path) =>
      writeFileSync(to, cacheOf([["libssl.so.3", `/lib/${name}/libssl.so.3`]]));
    mkdirSync(join(root, "etc"));
    const asked: string[] = [];
    const cache = new LoaderCache(root, (name) => asked.push(name) > 0);
    expect(cache.libraries()).toEqual([]);
    write("first");
    expect(cache.libraries()).toEqual(["/lib/first/libssl.so.3"]);
    const before = asked.length;
    expect(cache.libraries()).toEqual(["/lib/first/libssl.so.3"]);
    expect(asked.length).toBe(before);
    write("another");
    expect(cache.libraries()).toEqual(["/lib/another/libssl.so.3"]);
    write("renamed", `${path}~`);
    renameSync(`${path}~`, path);
    expect(cache.libraries()).toEqual(["/lib/renamed/libssl.so.3"]);
    rmSync(path);
    expect(cache.libraries()).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
