import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Reporting, startReporting } from "./support/reporting.js";
import { bookParts, manyParts, part } from "./support/usage-parts.js";

let reporting: Reporting;
beforeAll(async () => {
  reporting = await startReporting();
});
afterAll(() => reporting?.server.stop());
beforeEach(() => reporting.reset());

const ask = (period: string, query = "") => reporting.get(`/v1/tenants/acme/reports/${period}${query}`);
const report = async (period: string) => (await (await ask(period)).json()) as ReportAnswer;

describe("a report", () => {
  it("comes as FOCUS charges that add up to its totals", async () => {
    await bookParts(reporting.ingest, manyParts(600));
    const { totals, measures, range } = await report("2026-11");
    const text = await (await ask("2026-11", "?format=focus")).text();
    const [head = [], ...rows] = text
      .trim()
      .split("\r\n")
      .map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.map((cell) => cell.replace(/,$/, "")) ?? []);
    const cell = (row: string[], name: string) => row[head.indexOf(name)];
    const amount = (sku: string) =>
      rows
        .filter((row) => cell(row, "SkuId") === sku)
        .reduce((sum, row) => sum + Number(cell(row, "ConsumedQuantity")), 0);
    expect(head.slice(0, -1)).toEqual(head.slice(0, -1).sort());
    expect(amount("requests")).toBe(totals.requests);
    expect(amount("request-bytes")).toBe(totals.requestBytes);
    expect(amount("response-bytes")).toBe(totals.responseBytes);
    expect(amount("x-tokens")).toBe(measures["x-tokens"]);
    for (const row of rows) {
      expect(cell(row, "SubAccountId")).toBe("acme");
      expect(cell(row, "ChargePeriodEnd")).toBe(`${range.to.slice(0, 19)}Z`);
      expect([cell(row, "ChargeCategory"), cell(row, "BilledCost")]).toEqual(["Usage", "0"]);
    }
    const day = await (await ask("2026-11-22", "?format=focus")).text();
    expect(day).toContain("2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,Usage");
  });

  it("comes as a page, by media type and by link", async () => {
    await bookParts(reporting.ingest, [part({})]);
    for (const response of [
      await reporting.get("/v1/tenants/acme/reports/2026-11", "text/html,application/xhtml+xml,*/*;q=0.8"),
      await ask("2026-11", "?format=html"),
    ]) {
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(await response.text()).toContain("<h1><bdi>acme</bdi></h1>");
    }
  });
});
