import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLibrary } from "../../testing/built-library.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { isTlsLibraryName } from "../libraries/library-name.js";
import { cachedLibraries, readLoaderCache } from "../libraries/loader-cache.js";
import { chooseSites } from "../runtimes.js";
import { decode } from "./instructions.js";
import { returnInstructions } from "./return-instructions.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-returns-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What of `called` in this assembler or C the returns are: their names as labels `r1`, `r2`, …, or the refusal. */
const returnsOf = (text: string, language: "c" | "s"): string[] | string => {
  return withFile(buildLibrary(folder, language, text, "-O2"), (source) => {
    const elf = new ElfFile(source);
    const labels = elf.functions(new Set(["called", ...Array.from({ length: 9 }, (_, at) => `r${at}`)]));
    const called = labels.get("called");
    if (!called) throw new Error("no such function");
    try {
      const found = returnInstructions(elf, called);
      return found.map((at) => [...labels.values()].find(({ address }) => address === at)?.name ?? `${at}`);
    } catch (error) {
      return (error as Error).message;
    }
  });
};

/** A function of that name whose symbol ends where the next one begins. */
const assembled = (...lines: string[]): string =>
  [
    ".text",
    ".globl called,r1,r2,r3",
    ".type called,@function",
    ...["r1", "r2", "r3"].map((label) => `.type ${label},@function`),
    ...lines,
    "",
  ].join("\n");

describe.runIf(process.arch === "x64")("where a call may end", () => {
  test("at each return of both ways, in a part that lies elsewhere as well", () => {
    const text = assembled(
      ...["cold: nop", "r3: rep ret"],
      ...["called: test %rdi,%rdi", "je 1f", "js cold", "r1: ret", "1: call other", "r2: ret"],
      ...[".size called,.-called", "other: ret"],
    );
    expect(returnsOf(text, "s")).toEqual(["r3", "r1", "r2"]);
  });

  test("at the return of a function that it jumps to", () => {
    const text = assembled(
      ...["called: jmp other", ".size called,.-called", "between: ret"],
      ...["other: push %rbp", "pop %rbp", "r1: ret"],
    );
    expect(returnsOf(text, "s")).toEqual(["r1"]);
  });

  test("not behind a call that never comes back", () => {
    const text = assembled(
      ...[
        "called: test %rdi,%rdi",
        "je 1f",
        "r1: ret",
        "1: call abort@PLT",
        ".size called,.-called",
        "other: ret",
      ],
    );
    expect(returnsOf(text, "s")).toEqual(["r1"]);
  });

  test("with a switch by a table: at every return that its symbol covers", () => {
    const cases = Array.from({ length: 12 }, (_, at) => `case ${at}: return f${at % 5}(x) + ${at + 1};`);
    const functions = Array.from({ length: 5 }, (_, at) => `int f${at}(int);`);
    const found = returnsOf(
      `${functions.join("")} int called(int x) { switch (x) { ${cases.join("")} } return 7; }`,
      "c",
    );
    expect(found).toEqual([expect.stringMatching(/^\d+$/)]);
  });

  test.each([
    ["what a pointer names", ["called: jmp *8(%rdi)"]],
    ["what a register names", ["called: mov 8(%rdi),%rax", "jmp *%rax"]],
    ["a function of another library", ["called: jmp elsewhere@PLT"]],
  ])("refused: it jumps to %s", (_, lines) => {
    const text = assembled(...lines, ".size called,.-called", ".globl elsewhere");
    expect(returnsOf(text, "s")).toMatch(/^called jumps where the file does not say/);
  });

  test("refused: a function with a switch whose instructions cannot all be told from data", () => {
    const lines = [
      "called: jmp 1f",
      ".byte 0xe8",
      "1: notrack jmp *%rax",
      "r1: ret",
      ".size called,.-called",
    ];
    expect(returnsOf(assembled(...lines), "s")).toMatch(/has data in it/);
  });

  test("refused: a function without a return, and one of bytes that are no instructions", () => {
    expect(returnsOf(assembled("called: jmp called", ".size called,.-called"), "s")).toMatch(/has 0 returns/);
    expect(returnsOf(assembled("called: .byte 0x06", ".size called,.-called"), "s")).toMatch(
      /no instructions/,
    );
  });

  test("of this host's libraries and of Node: every call is seen at both ends, without a return probe", () => {
    const paths = cachedLibraries(readLoaderCache("") ?? Buffer.alloc(0), isTlsLibraryName);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of [...paths, process.execPath]) {
      withFile(path, (source) => {
        const elf = new ElfFile(source);
        const sites = chooseSites(elf, new Map(), "instruction")?.sites ?? [];
        const symbols = (kind: string) => [
          ...new Set(sites.filter((site) => site.kind === kind).map(({ symbol }) => symbol)),
        ];
        expect(symbols("call")).toEqual([]);
        expect(symbols("call_return")).toEqual(symbols("call_entry"));
        expect(symbols("call_entry").length).toBeGreaterThan(1);
        for (const { offset } of sites.filter(({ kind }) => kind === "call_return")) {
          expect(decode(elf.bytes(offset, 4), 0, 1)[0]?.bytes.at(-1)).toBe(0xc3);
        }
      });
    }
  });
});
