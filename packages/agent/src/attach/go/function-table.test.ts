import { describe, expect, test } from "vitest";
import { goElf, type TableGeneration } from "../../testing/go-program.js";
import { ElfError } from "../elf/byte-source.js";
import { FunctionTable } from "./function-table.js";
import { goVersion } from "./go-version.js";

const functions = {
  "runtime.text": [0xc3],
  "net.(*TCPConn).Close": [0x90, 0xc3],
  "a.(*TCPConn).Close": [0xc3],
};
const GENERATIONS: [TableGeneration, string][] = [
  ["1.2", "go1.15.9"],
  ["1.16", "go1.17.13"],
  ["1.18", "go1.19.8"],
  ["1.20", "go1.24.4"],
  ["1.26", "go1.26.5"],
];

describe.each(GENERATIONS)("the table of Go %s", (generation, version) => {
  test.each([true, false])("section headers: %s", (sections) => {
    if (generation === "1.26" && !sections) return; // where code begins would be anybody's guess
    const elf = goElf({ generation, version, functions, sections });
    expect(goVersion(elf)).toBe(version);
    const names = new Set(["net.(*TCPConn).Close", "runtime.text", "(*TCPConn).Close", "nothing"]);
    expect([...new FunctionTable(elf).functions(names)]).toEqual([
      ["runtime.text", [{ address: 0x401000, end: 0x401020 }]],
      ["net.(*TCPConn).Close", [{ address: 0x401020, end: 0x401040 }]],
    ]);
  });
});

test("a program that is no Go program has no version, and one without a table is refused", () => {
  const elf = goElf({ generation: "1.20", functions: {} });
  expect(goVersion(elf)).toBeUndefined();
  expect(() => new FunctionTable(elf)).toThrow(ElfError);
});
