import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildAlone } from "../../testing/built-library.js";
import { ElfError, withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { tlsMethod } from "./tls-method.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-method-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = `
#define FUNCTION(name) __attribute__((noipa, visibility("hidden"))) void name(void) { __asm__(""); }
FUNCTION(begin) FUNCTION(takes) FUNCTION(makes) FUNCTION(reads) FUNCTION(writes)
static void (*const table[16])(void) = { [5] = takes, [6] = makes, [13] = reads, [14] = writes };
__attribute__((visibility("default"))) const void *TLS_method(void) { return table; }
`;

/** Builds this as `options` say. @returns its TLS method, and the functions that it is made of */
const methodOf = (source: string, ...options: string[]) => {
  const path = buildAlone(folder, "c", source, "-O2", "-Wl,-e,begin", ...options);
  return withFile(path, (file) => {
    const elf = new ElfFile(file);
    const names = ["takes", "makes", "reads", "writes"];
    const found = elf.functions(new Set(names));
    const [accept, connect, readBytes, writeBytes] = names.map((name) => found.get(name)?.address);
    return { method: tlsMethod(elf), expected: { accept, connect, readBytes, writeBytes } };
  });
};

describe.runIf(process.arch === "x64")("the functions of TLS_method()", () => {
  test.each([
    ["a shared library", ["-shared", "-fPIC"]],
    ["one with landing pads", ["-shared", "-fPIC", "-fcf-protection=full"]],
    ["one with frame pointers", ["-shared", "-fPIC", "-fno-omit-frame-pointer"]],
    ["an executable", ["-pie", "-fPIE"]],
    ["an executable that lies where it was linked", ["-no-pie", "-fno-pie"]],
    ["such a one with frame pointers", ["-no-pie", "-fno-pie", "-fno-omit-frame-pointer"]],
  ])("of %s", (_, options) => {
    const { method, expected } = methodOf(SOURCE, ...options);
    expect(Object.values(expected)).not.toContain(undefined);
    expect(method).toEqual(expected);
  });

  test("are none where it returns a number that is no address", () => {
    const number = SOURCE.replace("return table;", "return (void *)0x1234;");
    expect(methodOf(number, "-shared", "-fPIC").method).toBeUndefined();
    expect(() => methodOf(number, "-no-pie", "-fno-pie")).toThrow(ElfError);
  });

  test("are none where it goes elsewhere first", () => {
    const calls = SOURCE.replace("return table;", "takes(); return table;");
    expect(methodOf(calls, "-no-pie", "-fno-pie").method).toBeUndefined();
  });
});
