import type { TenantReport } from "@masthead/shared/http/report-schema";
import { describe, expect, it } from "vitest";
import { csvCell, csvFileName, reportCsv } from "./report-csv.rules.js";

const counts = { requests: 3, errors: 1, requestBytes: 300, responseBytes: 900 };

describe("a report as CSV", () => {
  it("is long: sections, keys and counts, the total first", () => {
    const report = {
      totals: counts,
      breakdowns: {
        day: [{ key: "2026-11-23", ...counts }],
        service: [{ key: "shop, inc", ...counts }],
        template: [],
        method: [{ key: "GET", ...counts }],
        status: [{ key: null, ...counts }],
        dimensions: { "x-model-id": [{ key: "=1+1", ...counts }] },
      },
    } as unknown as TenantReport;
    expect(reportCsv(report).split("\r\n")).toEqual([
      "section,key,requests,errors,requestBytes,responseBytes",
      "total,,3,1,300,900",
      "day,2026-11-23,3,1,300,900",
      'service,"shop, inc",3,1,300,900',
      "method,GET,3,1,300,900",
      "status,,3,1,300,900",
      "dimension:x-model-id,'=1+1,3,1,300,900",
      "",
    ]);
  });

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
    expect(csvFileName("acme-1", "2026-11")).toBe("masthead-acme-1-2026-11.csv");
    expect(csvFileName('../"é\r\n', "2026-11-23")).toBe("masthead-_-2026-11-23.csv");
  });
});
