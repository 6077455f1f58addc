import { expect, test } from "vitest";
import { EarlyLooks } from "./early-looks.js";

/** Looks at programs that take `lookMs` each to be looked through. */
function lookingFor(lookMs: number) {
  let nowMs = 0;
  const known = new Set<string>();
  const libraries = {
    knows: (path: string) => known.has(path),
    sightProgram: (path: string) => {
      if (!known.has(path)) nowMs += lookMs;
      known.add(path);
      return undefined;
    },
  };
  const early = new EarlyLooks(libraries, { look: () => undefined }, () => nowMs);
  const scan = () => {
    const before = known.size;
    early.onScan();
    return known.size - before;
  };
  return { early, scan };
}

const programs = (count: number) => Array.from({ length: count }, (_, at) => `/usr/bin/program-${at}`);

test("programs that a glob names, large ones too, hold the thread for a tenth of a second at a time", () => {
  const { early, scan } = lookingFor(60);
  early.expect(programs(5));
  expect([scan(), scan(), scan(), scan()]).toEqual([2, 2, 1, 0]);
});

test("small ones are taken by number; one that takes longer than all of it is taken alone", () => {
  const small = lookingFor(0.1);
  small.early.expect(programs(40));
  expect([small.scan(), small.scan()]).toEqual([32, 8]);
  const large = lookingFor(500);
  large.early.expect(programs(2));
  expect([large.scan(), large.scan(), large.scan()]).toEqual([1, 1, 0]);
});
