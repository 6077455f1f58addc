import fc from "fast-check";
import { expect, it } from "vitest";
import { withGaps } from "./watermark.read-model.js";

it("covers exactly the seqs that are settled", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.uniqueArray(fc.integer({ min: 1, max: 300 })), (through, above) => {
      const seqs = above.map((seq) => through + seq).sort((a, b) => a - b);
      const { committedThrough, gaps } = withGaps(through, seqs);
      const settled = new Set(seqs);
      for (let seq = 1; seq <= committedThrough; seq++) {
        const inGap = gaps.some(([from, to]) => from <= seq && seq <= to);
        expect(inGap).toBe(seq > through && !settled.has(seq));
      }
      expect(committedThrough).toBe(seqs.at(-1) ?? through);
    }),
  );
});

it("stays below the ranges that it has no room for", () => {
  const seqs = Array.from({ length: 2_000 }, (_, i) => 2 + i * 2);
  const { committedThrough, gaps } = withGaps(0, seqs);
  expect(gaps).toHaveLength(1_024);
  expect(committedThrough).toBe(2_048);
});
