import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Comparable, comparable, expectedOf } from "../support/matrix/compare.js";
import type { Cell } from "../support/matrix/declared.js";
import { type CellResult, cellsHere, type First, type PassResult, runPass } from "../support/matrix/pass.js";
import { startersOf } from "../support/matrix/rows.js";
import { trafficFaults } from "../support/matrix/traffic-faults.js";

/** Passes take a minute each; more on a machine that has other things to do. */
const PASS_MS = 600_000;
const cleanup = new Cleanup();
const starters = startersOf(cleanup);
const prefix = `/matrix-${randomBytes(6).toString("hex")}`;
const here = cellsHere(starters);
afterAll(() => cleanup.run());

const byPath = (a: Comparable, b: Comparable): number => (a.path < b.path ? -1 : 1);
const isFirst = (path: string): boolean => path.includes("/first/");
const seen = (found: Comparable[], path: string): boolean => found.some((each) => each.path === path);

describe.each<{ first: First }>([{ first: "agent" }, { first: "programs" }])("$first first", ({ first }) => {
  let pass: PassResult;
  beforeAll(async () => {
    pass = await runPass(starters, prefix, first);
  }, PASS_MS);

  /** @throws what went wrong with the program */
  const resultOf = (cell: Cell): CellResult => {
    const result = pass.cells.get(cell.name);
    if (!result || result instanceof Error) throw result ?? new Error(`${cell.name} was not run`);
    return result;
  };

  it.each(here.map((cell) => ({ name: cell.name, cell })))("$name", ({ cell }) => {
    const { traffic, items } = resultOf(cell);
    expect(trafficFaults(traffic)).toEqual([]);
    const found = items.filter(({ role }) => cell.role === role).map(comparable);
    if ("notYet" in cell.expected) return expect(found).toEqual([]);
    const expected = expectedOf(cell, cell.expected, traffic);
    const mayBeMissing = first === "programs" && cell.row.waitsInRead?.includes(cell.role);
    const asked = mayBeMissing
      ? expected.filter(({ path }) => seen(found, path) || !isFirst(path))
      : expected;
    expect(found.sort(byPath)).toEqual(asked.sort(byPath));
  });

  it("lets no secret out, and loses nothing", () => {
    expect(pass.output).not.toContain("canary");
    expect(pass.account).toMatch(/^masthead-agent: (\d+) captured, \1 ended, lost: none$/);
  });
});
