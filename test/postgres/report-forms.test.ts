import type { ReportAnswer } from "@masthead/shared/http/report-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantPrincipal } from "./support/principals.js";
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

  it("is there for a tenant that is registered and was not used yet, in every form, and for its own key", async () => {
    await reporting.owner.sql`
      insert into tenants (tenant_id, name, labels, revision, created_at_us, changed_at_us, changed_by)
      values ('new', 'New, Ltd.', '{}', 1, 0, 0, 'test')`;
    const path = "/v1/tenants/new/reports/2026-11";
    expect(await (await reporting.get(path)).json()).toMatchObject({
      tenant: { id: "new", name: "New, Ltd." },
      totals: { requests: 0, errors: 0, requestBytes: 0, responseBytes: 0 },
      breakdowns: { service: [], status: [] },
    });
    expect((await reporting.getAs(tenantPrincipal("new"), path)).status).toBe(200);
    expect((await reporting.getAs(tenantPrincipal("acme"), path)).status).toBe(404);
    for (const accept of ["text/csv", "text/html"])
      expect((await reporting.get(path, accept)).status).toBe(200);
    await reporting.owner.sql`delete from tenants`;
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
