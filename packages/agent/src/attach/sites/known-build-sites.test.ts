import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bytesOf, ElfError } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { chooseSites } from "../runtimes.js";
import { knownBuild, recordBuild } from "./known-build-sites.js";
import type { KnownBuild, KnownFunction } from "./known-builds.js";

/** Type of a program header: elf(5). */
const PT_NOTE = 4;

let folder: string;
let stripped: ElfFile;
let id: string;
let build: KnownBuild;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-builds-"));
  const program = join(folder, "program");
  const work = (name: string, result: number) =>
    `__attribute__((noinline)) int ${name}(void *s, void *b, int n) { return work(s, b, n, ${result}) + ${result}; }`;
  writeFileSync(
    `${program}.c`,
    `__attribute__((noinline, noipa)) static int work(void *s, void *b, int n, int r) { return s == b ? n : r; }
${work("SSL_read", 1)}\n${work("SSL_write", 2)}\n${work("SSL_free", 3)}
int main(int n, char **a) { return SSL_read(a, a, n) + SSL_write(a, a, n) + SSL_free(a, a, n); }\n`,
  );
  execFileSync("cc", ["-O2", "-Wl,--build-id", "-o", program, `${program}.c`]);
  [id, build] = recordBuild(new ElfFile(bytesOf(readFileSync(program))));
  copyFileSync(program, `${program}.stripped`);
  execFileSync("strip", [`${program}.stripped`]);
  stripped = new ElfFile(bytesOf(readFileSync(`${program}.stripped`)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sitesWith = (change: (functions: readonly KnownFunction[]) => readonly KnownFunction[]) =>
  chooseSites(stripped, new Map([[id, { ...build, functions: change(build.functions) }]]));

test("a build without symbols has sites where the table knows it, and none where it does not", () => {
  expect(stripped.buildId).toBe(id);
  expect(chooseSites(stripped, new Map())).toBeUndefined();
  expect(chooseSites(stripped, new Map([["00", build]]))).toBeUndefined();
  const chosen = sitesWith((functions) => functions);
  expect(chosen?.runtime).toBe("openssl");
  expect(chosen?.sites.map((site) => site.function).sort()).toEqual(["free", "read", "write"]);
});

const changing = (name: string, change: Partial<KnownFunction>) => (functions: readonly KnownFunction[]) =>
  functions.map((each) => (each.name === name ? { ...each, ...change } : each));

test.each<[string, (functions: readonly KnownFunction[]) => readonly KnownFunction[]]>([
  ["other code", (all) => changing("SSL_free", { code: "00".repeat(16) })(all)],
  ["another address", (all) => changing("SSL_read", { address: (all[0]?.address ?? 0) + 1 })(all)],
  ["an address where no code is", (all) => changing("SSL_read", { address: 2 ** 40 })(all)],
  ["too little code to tell", (all) => changing("SSL_write", { code: "55", size: 64 })(all)],
  ["no code", (all) => changing("SSL_write", { code: "", size: 0 })(all)],
  ["code that is no hexadecimal", (all) => changing("SSL_write", { code: "x".repeat(40) })(all)],
  ["no SSL_write", (all) => all.filter(({ name }) => name !== "SSL_write")],
])("fails closed: an entry with %s", (_, change) => {
  expect(sitesWith(change)).toBeUndefined();
});

test("a program whose notes lie outside of the file is none of the table's, and is looked at as any other", () => {
  const bytes = readFileSync(join(folder, "program.stripped"));
  const [headers, size, count] = [bytes.readBigUInt64LE(32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  for (let index = 0; index < count; index += 1) {
    const at = Number(headers) + index * size;
    if (bytes.readUInt32LE(at) === PT_NOTE) bytes.writeBigUInt64LE(2n ** 40n, at + 8);
  }
  const elf = new ElfFile(bytesOf(bytes));
  expect(() => elf.buildId).toThrow(ElfError);
  expect(knownBuild(elf, new Map([[id, build]]))).toBeUndefined();
  expect(chooseSites(elf, new Map([[id, build]]))).toBeUndefined();
});

test("no entry is made of a build without symbols, and the same is made with those that were split off it", () => {
  expect(() => recordBuild(stripped)).toThrow("no SSL_read and SSL_write in it");
  const split = (program: string, ...options: string[]): ElfFile => {
    execFileSync("objcopy", ["--only-keep-debug", ...options, program, `${program}.debug`]);
    return new ElfFile(bytesOf(readFileSync(`${program}.debug`)));
  };
  expect(recordBuild(stripped, split(join(folder, "program")))).toEqual([id, build]);
  const other = join(folder, "other");
  execFileSync("cc", ["-O1", "-Wl,--build-id", "-o", other, join(folder, "program.c")]);
  expect(() => recordBuild(stripped, split(other))).toThrow("the symbols are of another build, ");
});
