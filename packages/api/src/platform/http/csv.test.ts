import { describe, expect, it } from "vitest";
import { csvCell } from "./csv.js";

describe("CSV", () => {
  it.each([
    ["=cmd", "'=cmd"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@sum", "'@sum"],
    ["\t=1", "'\t=1"],
    ["\r=1", '"\'\r=1"'],
    ["\n=1", '"\'\n=1"'],
    ["＝1", "'＝1"],
    ["a=b", "a=b"],
    ['say "hi"', '"say ""hi"""'],
    ['="x"', '"\'=""x"""'],
    ["a\nb", '"a\nb"'],
    ["", '""'],
  ])("writes %j as %j", (value, cell) => expect(csvCell(value)).toBe(cell));
});
