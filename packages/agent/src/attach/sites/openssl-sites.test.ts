import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesOf, withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { isOpensslName } from "../libraries/library-name.js";
import { cachedLibraries, readLoaderCache } from "../libraries/loader-cache.js";
import { isEmulated } from "./emulated.js";
import { decode } from "./instructions.js";
import { opensslSites } from "./openssl-sites.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-sites-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A library of the given C, with the shapes that OpenSSL's compilers give these functions. */
const build = (source: string): ElfFile => {
  const name = join(folder, `${Math.random().toString(36).slice(2)}.so`);
  writeFileSync(`${name}.c`, `#include <stddef.h>\n${source}`);
  execFileSync("cc", ["-shared", "-fPIC", "-O2", "-fno-stack-protector", "-o", name, `${name}.c`]);
  return withFile(name, (file) => new ElfFile(bytesOf(file.read(0, file.size))));
};

const INNER = `
#define INNER __attribute__((noinline, noipa, visibility("hidden")))
extern int work(void *, void *, size_t, size_t *);
INNER int read_internal(void *s, void *b, size_t n, size_t *r) {
  void *volatile keep = s; int first = work(s, b, n, r); return first + work(keep, b, n, r); }
int SSL_read(void *s, void *b, int n) { size_t r; if (n < 0) return -1; int ret = read_internal(s, b, n, &r); return ret > 0 ? (int)r : ret; }
int SSL_read_ex(void *s, void *b, size_t n, size_t *r) { int ret = read_internal(s, b, n, r); return ret < 0 ? 0 : ret; }
int SSL_clear(void *s) { return work(s, 0, 0, 0) + 1; }
void SSL_free(void *s) { if (s) work(s, s, 0, 0); }
`;

const byFunction = (elf: ElfFile) =>
  new Map((opensslSites(elf)?.sites ?? []).map((site) => [site.function, site] as const));
const calls = (elf: ElfFile) =>
  (opensslSites(elf)?.sites ?? [])
    .filter((site) => site.kind === "call")
    .map((site) => `${site.function} ${site.inner ? "in " : ""}${site.symbol}`);

describe.runIf(process.arch === "x64")("probe sites", () => {
  test("of 1.1 to 3.1: the inner functions that plain and extended forms share", () => {
    const elf = build(`${INNER}
INNER int write_internal(void *s, const void *b, size_t n, size_t *w) {
  void *volatile keep = s; int first = work(s, (void *)b, n, w); return first + work(keep, (void *)b, n, w); }
int SSL_write(void *s, const void *b, int n) { size_t w; if (n < 0) return -1; int ret = write_internal(s, b, n, &w); return ret > 0 ? (int)w : ret; }
int SSL_write_ex(void *s, const void *b, size_t n, size_t *w) { int ret = write_internal(s, b, n, w); return ret < 0 ? 0 : ret; }`);
    const sites = byFunction(elf);
    expect([...sites.keys()]).toEqual(["read_ex", "write_ex", "clear", "free"]);
    expect(sites.get("read_ex")).toMatchObject({ inner: true, cost: "emulated", kind: "call" });
    expect(sites.get("write_ex")).toMatchObject({ inner: true, cost: "emulated", kind: "call" });
    expect(sites.get("free")).toMatchObject({ inner: false, cost: "emulated", kind: "entry" });
  });

  test("of 3.3 and later: the write with flags, though SSL_write_ex only jumps to SSL_write_ex2 through the PLT", () => {
    const elf = build(`${INNER}
INNER int write_internal(void *s, const void *b, size_t n, unsigned long f, size_t *w) {
  void *volatile keep = s; int first = work(s, (void *)b, n + f, w); return first + work(keep, (void *)b, n, w); }
int SSL_write(void *s, const void *b, int n) { size_t w; if (n < 0) return -1; int ret = write_internal(s, b, n, 0, &w); return ret > 0 ? (int)w : ret; }
int SSL_write_ex2(void *s, const void *b, size_t n, unsigned long f, size_t *w) { int ret = write_internal(s, b, n, f, w); return ret < 0 ? 0 : ret; }
int SSL_write_ex(void *s, const void *b, size_t n, size_t *w) { return SSL_write_ex2(s, b, n, 0, w); }`);
    expect(calls(elf)).toEqual(["read_ex in SSL_read", "write_flags in SSL_write"]);
  });

  test("of a library whose forms share nothing: each exported form", () => {
    const elf = build(`
extern int work(void *, void *, size_t, size_t *);
int SSL_read(void *s, void *b, int n) { size_t r; return work(s, b, n, &r) + (int)r; }
int SSL_read_ex(void *s, void *b, size_t n, size_t *r) { return work(s, b, n, r) + 1; }
int SSL_write(void *s, void *b, int n) { size_t r; return work(s, b, n, &r) + (int)r; }
int SSL_write_ex(void *s, void *b, size_t n, size_t *r) { return work(s, b, n, r) + 1; }`);
    expect(calls(elf)).toEqual([
      "read SSL_read",
      "read_ex SSL_read_ex",
      "write SSL_write",
      "write_ex SSL_write_ex",
    ]);
  });

  test("of a library whose extended forms call the plain ones: the plain ones, each call once", () => {
    const elf = build(`
extern int work(void *, void *, size_t, size_t *);
int SSL_read(void *s, void *b, int n) { size_t r; return work(s, b, n, &r) + (int)r; }
int SSL_read_ex(void *s, void *b, size_t n, size_t *r) { int ret = SSL_read(s, b, n); if (ret > 0) *r = ret; return ret > 0; }
int SSL_write(void *s, void *b, int n) { size_t r; return work(s, b, n, &r) + (int)r; }
int SSL_write_ex(void *s, void *b, size_t n, size_t *r) { int ret = SSL_write(s, b, n); if (ret > 0) *r = ret; return ret > 0; }`);
    expect(calls(elf)).toEqual(["read SSL_read", "write SSL_write"]);
  });

  test("of a library that is no OpenSSL: none", () => {
    expect(opensslSites(build("int SSL_read(void) { return 1; }"))).toBeUndefined();
  });

  test("of this host's libssl: every call at a site that the kernel emulates", () => {
    const cache = readLoaderCache("");
    const paths = cachedLibraries(cache ?? Buffer.alloc(0), isOpensslName);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const sites = withFile(path, (source) => opensslSites(new ElfFile(source))?.sites ?? []);
      expect(sites.map((site) => [site.function.replace("_ex", ""), site.kind, site.cost])).toEqual([
        ["read", "call", "emulated"],
        ["write", "call", "emulated"],
        ["sendfile", "call", "emulated"],
        ["handshake", "call", "emulated"],
        ["handshake", "call", "emulated"],
        ["clear", "entry", "emulated"],
        ["free", "entry", "emulated"],
      ]);
    }
  });
});

describe("what the kernel emulates", () => {
  const instruction = (...bytes: number[]) => {
    const [decoded] = decode(Buffer.from(bytes), 0x1000, 1);
    if (!decoded) throw new Error("no instruction");
    return isEmulated(decoded);
  };

  test.each([
    ["push rbp", true, [0x55]],
    ["push r12", true, [0x41, 0x54]],
    ["nop", true, [0x90]],
    ["call", true, [0xe8, 0, 0, 0, 0]],
    ["jmp near", true, [0xe9, 0, 0, 0, 0]],
    ["jmp short", true, [0xeb, 0]],
    ["je short", true, [0x74, 0x10]],
    ["jne near", true, [0x0f, 0x85, 0, 0, 0, 0]],
    ["push rbp with a needless REX", false, [0x48, 0x55]],
    ["sub rsp", false, [0x48, 0x83, 0xec, 0x18]],
    ["endbr64", false, [0xf3, 0x0f, 0x1e, 0xfa]],
    ["mov", false, [0x48, 0x89, 0xfb]],
    ["ret", false, [0xc3]],
    ["call through a register", false, [0xff, 0xd0]],
    ["nop of several bytes", false, [0x0f, 0x1f, 0x40, 0x00]],
  ])("%s: %s", (_, expected, bytes) => {
    expect(instruction(...bytes)).toBe(expected);
  });
});
