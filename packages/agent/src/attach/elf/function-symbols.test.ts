import { expect, test } from "vitest";
import { bytesOf, ElfError } from "./byte-source.js";
import type { Section } from "./elf-header.js";
import { functionsNamed, SYMBOL_BYTES } from "./function-symbols.js";

/** A table of one symbol, and a table of texts behind it. */
const file = (texts: Buffer) => {
  const section = (offset: number, size: number) => ({ offset, size, entryBytes: SYMBOL_BYTES }) as Section;
  return {
    source: bytesOf(Buffer.concat([Buffer.alloc(SYMBOL_BYTES), texts])),
    symbols: section(0, SYMBOL_BYTES),
    strings: section(SYMBOL_BYTES, texts.length),
  };
};

test("a name that a hostile file has a million times over takes no memory for each", () => {
  const { source, symbols, strings } = file(Buffer.from("SSL_read\0".repeat(1_000_000)));
  expect(() => functionsNamed(source, symbols, strings, new Set(["SSL_read"]))).toThrow(ElfError);
});

test("the tail of a longer name is no other place, and some of those are many names", () => {
  const { source, symbols, strings } = file(Buffer.from("my_SSL_read\0".repeat(1_000)));
  expect(functionsNamed(source, symbols, strings, new Set(["SSL_read"])).size).toBe(0);
});
