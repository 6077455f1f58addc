import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consumerEntry,
  estimateConsumers,
  isConsumerSketch,
  mergeConsumers,
  SKETCH_REGISTERS,
  SKETCH_STANDARD_ERROR,
} from "./consumer-sketch.js";

const fingerprint = (name: string): string =>
  `fp:00112233:${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
const entryOf = (name: string): number => consumerEntry(fingerprint(name)) as number;
const sketchOf = (names: readonly string[]): number[] => mergeConsumers(names.map(entryOf));
const names = (count: number, of = ""): string[] => Array.from({ length: count }, (_, i) => `${of}${i}`);
const consumers = fc.array(fc.string({ maxLength: 4 }), { maxLength: 200 });

describe("the entry of a consumer", () => {
  it("is register and rank as the decision has them", () => {
    const of = (hex: string) => consumerEntry(`fp:00112233:${hex.padEnd(32, "f")}`);
    expect(of("000f")).toBe(1);
    expect(of("0017")).toBe(1 * 64 + 2);
    expect(of(`abc${"0".repeat(8)}8`)).toBe(0xabc * 64 + 33);
    expect(of(`fff${"0".repeat(15)}8`)).toBe(0xfff * 64 + 61);
    expect(of(`fff${"0".repeat(15)}1`)).toBe(0xfff * 64 + 63);
    expect(of(`fff${"0".repeat(16)}`)).toBe(0xfff * 64 + 63);
  });

  it("is none of what is no fingerprint", () => {
    for (const text of ["", "fp:truncated", "__other__", "acme", "fp:0011223:00", "fp:00112233:XYZ"])
      expect(consumerEntry(text)).toBeUndefined();
  });
});

describe("a sketch", () => {
  it("merges in any order, any number of times, into that of all", () => {
    fc.assert(
      fc.property(consumers, consumers, consumers, (a, b, c) => {
        const all = sketchOf([...a, ...b, ...c]);
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        expect(mergeConsumers(z, mergeConsumers(y, x), x)).toEqual(all);
        expect(isConsumerSketch(all)).toBe(true);
      }),
    );
  });

  it("is nearly exact of few", () => {
    expect(estimateConsumers([])).toBe(0);
    for (const count of [1, 2, 3, 10, 50])
      expect(Math.abs(estimateConsumers(sketchOf(names(count, "few"))) - count)).toBeLessThanOrEqual(2);
  });

  it.each([100, 1_000, 5_000, 10_000, 20_000, 100_000])(
    "is within its standard error of %i, over many sets",
    (count) => {
      const sets = count > 20_000 ? 4 : 12;
      const errors = Array.from({ length: sets }, (_, set) => {
        return estimateConsumers(sketchOf(names(count, `${set}/`))) / count - 1;
      });
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / sets);
      expect(deviation).toBeLessThan(SKETCH_STANDARD_ERROR * 1.6);
      expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / sets)).toBeLessThan(
        SKETCH_STANDARD_ERROR,
      );
    },
  );

  it("of full registers is a large number, and not infinite", () => {
    const full = Array.from({ length: SKETCH_REGISTERS }, (_, register) => register * 64 + 62);
    expect(estimateConsumers(full)).toBeGreaterThan(1e15);
  });

  it("is told from what cannot be one", () => {
    for (const wrong of [null, [0], [64], [1.5], [2, 1], [1, 2], [SKETCH_REGISTERS * 64 + 1], ["1"], [-1]])
      expect(isConsumerSketch(wrong), JSON.stringify(wrong)).toBe(false);
    expect(isConsumerSketch([1, 66, SKETCH_REGISTERS * 64 - 1])).toBe(true);
  });
});
