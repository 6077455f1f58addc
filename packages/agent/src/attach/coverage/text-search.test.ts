import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, ElfError } from "../elf/byte-source.js";
import { TextSearch } from "./text-search.js";

const MEBIBYTE = 1024 * 1024;
const TEXTS = [
  { name: "one", text: "needle one" },
  { name: "two", text: "the second, longer needle" },
];
const finish = (search: TextSearch<string>, bytes: Buffer, step: number): void => {
  while (!search.isDone) expect(search.advance(bytesOf(bytes), step)).toBeGreaterThan(0);
};

test("finds texts wherever they begin, over the edges of what is read at once", () => {
  const places = fc.integer({ min: 2 * MEBIBYTE - 40, max: 2 * MEBIBYTE + 40 });
  fc.assert(
    fc.property(places, (at) => {
      const bytes = Buffer.alloc(3 * MEBIBYTE);
      bytes.write("needle one", at);
      const search = new TextSearch(TEXTS, [{ offset: 0, size: bytes.length }]);
      finish(search, bytes, MEBIBYTE);
      expect([...search.found]).toEqual(["one"]);
    }),
    { numRuns: 40 },
  );
});

test("looks in the given ranges only, one after the other", () => {
  const bytes = Buffer.from("needle one ... the second, longer needle");
  const search = new TextSearch(TEXTS, [
    { offset: 0, size: 5 },
    { offset: 11, size: bytes.length - 11 },
  ]);
  finish(search, bytes, 1);
  expect([...search.found]).toEqual(["two"]);
});

test("is done at its bound, and with nothing to look in", () => {
  expect(new TextSearch(TEXTS, []).isDone).toBe(true);
  const short = (_: number, length: number) => Buffer.alloc(Math.min(length, 16));
  const endless = { size: 2 ** 40, read: short, piece: short };
  const search = new TextSearch(TEXTS, [{ offset: 0, size: 2 ** 40 }]);
  let read = 0;
  while (!search.isDone) read += search.advance(endless, 8 * MEBIBYTE);
  expect(read).toBeLessThanOrEqual(96 * MEBIBYTE);
});

test("a file that is shorter than it said is refused in words", () => {
  const search = new TextSearch(TEXTS, [{ offset: 10, size: 100 }]);
  expect(() => search.advance(bytesOf(Buffer.alloc(50)), MEBIBYTE)).toThrow(ElfError);
});
