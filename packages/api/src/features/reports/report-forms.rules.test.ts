import { describe, expect, it } from "vitest";
import { reportFileName } from "./report-forms.rules.js";

describe("a report's download", () => {
  it("names its file with what is safe anywhere", () => {
    expect(reportFileName("acme-1", "2026-11", ".csv")).toBe("masthead-acme-1-2026-11.csv");
    expect(reportFileName('../"é\r\n', "2026-11-23", ".csv")).toBe("masthead-_-2026-11-23.csv");
  });
});
