import { expect, test } from "vitest";
import { goElf } from "../../testing/go-program.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { callingConvention, isGoProgram } from "./go-version.js";

test.each([
  ["go1.4", "stack"],
  ["go1.16.15", "stack"],
  ["go1.17", "register"],
  ["go1.19.8", "register"],
  ["go1.21.0-custom", "register"],
  ["go1.24.4 X:nodwarf5", "register"],
  ["go1.22rc1", "register"],
  ["devel go1.23-6f8d4b3 Tue Jan 2 2024", "register"],
  ["go1.17 X:noregabi", undefined],
  ["devel +6f8d4b3 Tue Jan 2 2018", undefined],
  ["go2.0", undefined],
  ["unknown", undefined],
  ["", undefined],
])("%s: %s", (version, expected) => {
  expect(callingConvention(version, "x86-64")).toBe(expected);
});

test.each([
  ["go1.18", "register"],
  ["go1.17.13", undefined],
])("%s on arm64: %s", (version, expected) => {
  expect(callingConvention(version, "aarch64")).toBe(expected);
});

test.each([
  ["of today", { version: "go1.22.1" }],
  ["without section headers", { version: "go1.19.8", sections: false }],
  ["that does not say its version", {}],
])("a Go program %s is one", (_what, options) => {
  expect(isGoProgram(goElf({ generation: "1.18", functions: {}, ...options }))).toBe(true);
});

test("another program is none", () => {
  expect(withFile(process.execPath, (source) => isGoProgram(new ElfFile(source)))).toBe(false);
});
