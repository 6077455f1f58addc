import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import {
  type Comparable,
  comparable,
  expectedOf,
  ofTheCell,
  withoutFirst,
} from "../support/matrix/compare.js";
import { coverageFaults } from "../support/matrix/coverage-faults.js";
import { coveragePage, coverageTable, wordsOf } from "../support/matrix/coverage-page.js";
import { type Cell, cellsHere } from "../support/matrix/declared.js";
import { type CellResult, type First, type PassResult, runPass } from "../support/matrix/pass.js";
import { startersOf } from "../support/matrix/rows.js";
import { trafficFaults } from "../support/matrix/traffic-faults.js";

/** A pass takes a minute; more on a machine that has other things to do. */
const PASS_MS = 600_000;
const COVERAGE = fileURLToPath(new URL("../../docs/coverage.md", import.meta.url));
const README = fileURLToPath(new URL("../../README.md", import.meta.url));

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
/** Rows to run alone, by id and with commas between, when something is looked into. */
const only = process.env.MASTHEAD_MATRIX_ROWS?.split(",");
/** What it does differently is not looked at, only whether it is seen. */
const isOtherBun = process.env.MASTHEAD_MATRIX_BUN !== undefined;
const starters = startersOf(cleanup, only);
const cells = cellsHere(starters);
const prefix = `/matrix-${randomBytes(6).toString("hex")}`;
const passes = new Map<First, PassResult>();

/** @throws what went wrong with the program */
const resultOf = (first: First, cell: Cell): CellResult => {
  const result = passes.get(first)?.cells.get(cell.name);
  if (!result || result instanceof Error) throw result ?? new Error(`${cell.name} was not run`);
  return result;
};
const byPath = (a: Comparable, b: Comparable): number => (a.path < b.path ? -1 : 1);
describe.each<{ first: First }>([{ first: "agent" }, { first: "programs" }])("$first first", ({ first }) => {
  beforeAll(async () => {
    passes.set(first, await runPass(starters, prefix, first));
  }, PASS_MS);

  it.each(cells.map((cell) => ({ name: cell.name, cell })))("$name", ({ cell }) => {
    const { traffic, items, coverage } = resultOf(first, cell);
    if (!isOtherBun) expect(trafficFaults(traffic)).toEqual([]);
    if (first === "programs") expect(coverageFaults(cell, coverage)).toEqual([]);
    const found = items.filter(ofTheCell(cell, starters)).map(comparable);
    if ("notYet" in cell.expected) return expect(found).toEqual([]);
    const expected = expectedOf(cell, cell.expected, traffic);
    const lenient = first === "programs" ? withoutFirst(cell, found, expected) : expected;
    expect(found.sort(byPath)).toEqual(lenient.sort(byPath));
  });

  it("lets no secret out, and loses nothing", () => {
    const { output, account } = passes.get(first) ?? { output: "canary", account: "" };
    expect(output).not.toContain("canary");
    // Other programs of this host run these executables, too, and may be amid an exchange: not all that is captured has ended.
    expect(account).toMatch(/ captured, \d+ ended, lost: none$/);
  });
});

it.skipIf(only)("docs/coverage.md and the README say what was found", async () => {
  const words = wordsOf(cells, (cell) => [resultOf("agent", cell), resultOf("programs", cell)]);
  await expect(coveragePage(words)).toMatchFileSnapshot(COVERAGE);
  const [, ofReadme] = /^(\| program \|[\s\S]*?)\n\n/m.exec(readFileSync(README, "utf8")) ?? [];
  expect(ofReadme).toBe(coverageTable(words));
});
