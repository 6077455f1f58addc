import { describe, expect, it } from "vitest";
import { csvCell, reportFileName } from "./csv.rules.js";

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

  it("names its file with what is safe anywhere", () => {
    expect(reportFileName("acme-1", "2026-11", ".csv")).toBe("masthead-acme-1-2026-11.csv");
    expect(reportFileName('../"é\r\n', "2026-11-23", ".csv")).toBe("masthead-_-2026-11-23.csv");
  });
});
