import { expect, test } from "vitest";
import { Random } from "../testing/random.js";
import { ByteText, wholeCharacters } from "./byte-text.js";
import { RecordBytes } from "./record-bytes.js";

const read = (bytes: Uint8Array) => {
  const text = new ByteText();
  return { text: text.read(new RecordBytes(bytes), 0, bytes.length), escaped: text.escaped };
};
const hasControls = (bytes: Uint8Array): boolean => {
  const text = new ByteText();
  text.read(new RecordBytes(bytes), 0, bytes.length);
  return text.hasControls;
};

test("text is shown as it is", () => {
  for (const plain of ["", "a", "abcd", "hello, world", "grüße", "日本語", "😀 ok"]) {
    expect(read(Buffer.from(plain))).toEqual({ text: plain, escaped: false });
  }
});

test("NUL and what is not UTF-8 show as \\xHH, each byte of it", () => {
  expect(read(Buffer.from([0x61, 0, 0x62]))).toEqual({ text: "a\\x00b", escaped: true });
  expect(read(Buffer.from([0xff, 0x61]))).toEqual({ text: "\\xffa", escaped: true });
  // overlong, surrogate, beyond U+10FFFF, cut short
  expect(read(Buffer.from([0xc0, 0x80])).text).toBe("\\xc0\\x80");
  expect(read(Buffer.from([0xed, 0xa0, 0x80])).text).toBe("\\xed\\xa0\\x80");
  expect(read(Buffer.from([0xf4, 0x90, 0x80, 0x80])).text).toBe("\\xf4\\x90\\x80\\x80");
  expect(read(Buffer.from([0x61, 0xe6, 0x97])).text).toBe("a\\xe6\\x97");
});

test("control characters other than a tab are noticed wherever they are, and show as they are, but for NUL", () => {
  for (const around of ["", "a", "abcdefg", "é", "日本\xff"]) {
    for (let byte = 0; byte < 0x80; byte += 1) {
      const bytes = Buffer.concat([Buffer.from(around), Buffer.from([byte]), Buffer.from(around)]);
      expect([around, byte, hasControls(bytes)]).toEqual([
        ...[around, byte, (byte < 0x20 && byte !== 0x09) || byte === 0x7f],
      ]);
    }
  }
  expect(read(Buffer.from("a\rb\tc"))).toEqual({ text: "a\rb\tc", escaped: false });
});

test("agrees with the platform's decoder on what is UTF-8", () => {
  const random = new Random(7);
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = random.chance(0.5)
      ? random.bytes(random.below(9))
      : Buffer.from(String.fromCodePoint(random.below(0xd800), 0xe000 + random.below(0x10ffff - 0xe000)));
    let expected: string | null = null;
    try {
      expected = strict.decode(bytes);
    } catch {
      // not UTF-8
    }
    const got = read(bytes);
    const whole = expected !== null && !bytes.includes(0);
    expect(got.escaped).toBe(!whole);
    if (whole) expect(got.text).toBe(expected);
  }
});

test("a bound cuts no character in two", () => {
  const bytes = new RecordBytes(Buffer.from("aé😀b"));
  const ends = [1, 2, 3, 4, 5, 6, 7, 8].map((end) => wholeCharacters(bytes, 0, end));
  expect(ends).toEqual([1, 1, 3, 3, 3, 3, 7, 8]);
});
