import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteText } from "./byte-text.js";
import { KnownTexts } from "./known-texts.js";
import { RecordBytes } from "./record-bytes.js";

const bytesOf = (text: string): RecordBytes => new RecordBytes(Buffer.from(`--${text}--`, "latin1"));

test("bytes have the text that was kept for them, and no other bytes have it", () => {
  const text = fc.oneof(
    fc.string({ minLength: 1, maxLength: 140 }),
    // One length, beginning and end, so one slot.
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 4, maxLength: 4 }).map((id) => `abcd${id}wxyz`),
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 60 }), (texts) => {
      const known = new KnownTexts();
      for (const one of texts) {
        const bytes = bytesOf(one);
        const found = known.find(bytes, 2, 2 + one.length);
        expect(found ?? one).toBe(one);
        if (found === undefined) known.keep(bytes, 2, 2 + one.length, one);
        expect(known.find(bytes, 2, 2 + one.length)).toBe(one.length > 128 ? undefined : one);
      }
    }),
    { numRuns: 300 },
  );
});

test("of what is only looked at nothing stays", () => {
  const known = new KnownTexts();
  const bytes = bytesOf("a=secret");
  expect(new ByteText(known).readOnce(bytes, 2, 10)).toBe("a=secret");
  expect(known.find(bytes, 2, 10)).toBeUndefined();
  expect(new ByteText(known).read(bytes, 2, 10)).toBe("a=secret");
  expect(known.find(bytes, 2, 10)).toBe("a=secret");
});
