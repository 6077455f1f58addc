import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportHtml } from "@masthead/api/features/reports/page/report-page";
import type { ReportStanding } from "@masthead/shared/http/report-schema";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { findings, openAsFile, picture, startBrowser } from "./support/page.js";
import { sampleReport } from "./support/sample-report.js";

const PROVISIONAL: ReportStanding = { status: "provisional", generatedAt: "2026-11-27T03:00:00.000000Z" };
const SEALED: ReportStanding = { status: "sealed", generatedAt: "2026-12-02T00:10:00.000000Z" };

let browser: Browser;
const cleanup = new Cleanup();
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());
afterEach(() => cleanup.run());

const HOSTILE = `</script></style><img src=x onerror=alert(1)>"'&amp;<svg onload=alert(1)> \u202e\u05d0\u05d1 ${"long".repeat(60)}`;
const many = { endpoints: 400, services: 40, consumers: 300, models: 30 };
const hostile = (what: string, i: number) =>
  [`${what}/${HOSTILE}`, "حساب العميل", "", `${what}-${i}`][i % 4] as string;

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 800 };

const REPORTS = {
  month: sampleReport(),
  many: sampleReport({ many, whole: true }),
  day: sampleReport({ period: "2026-10-25", timeZone: "Europe/Berlin", tenant: { id: "acme", name: null } }),
  empty: sampleReport({ empty: true, tenant: { id: "new-customer", name: null } }),
  hostile: sampleReport({ tenant: { id: HOSTILE.slice(0, 128), name: HOSTILE }, nameOf: hostile }),
  rightToLeft: sampleReport({
    tenant: { id: "acme-ar", name: "شركة أكمي للروبوتات" },
    nameOf: (_, i) => `خدمة-${i}/{id}`,
  }),
};

const open = (name: keyof typeof REPORTS, options = {}) =>
  openAsFile(browser, cleanup, reportHtml(REPORTS[name], name === "many" ? SEALED : PROVISIONAL), options);
const width = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth");

describe("a report's page", () => {
  it.each(Object.keys(REPORTS) as (keyof typeof REPORTS)[])(
    "shows %s in light, dark and narrow: asks for nothing, says nothing, leaves axe nothing to find",
    async (name) => {
      const { page, unwanted } = await open(name, { viewport: WIDE, colorScheme: "light" });
      await picture(page, `${name}-light`);
      expect(await findings(page)).toEqual([]);
      expect(await width(page)).toBeLessThanOrEqual(WIDE.width);
      await page.emulateMedia({ colorScheme: "dark" });
      await picture(page, `${name}-dark`);
      expect(await findings(page)).toEqual([]);
      await page.setViewportSize(NARROW);
      await picture(page, `${name}-narrow`);
      expect(await width(page)).toBeLessThanOrEqual(NARROW.width);
      expect(unwanted).toEqual([]);
    },
  );

  it("would be found out", async () => {
    const bad = `<html><body><p style="color:#ccc">pale</p><img src="http://127.0.0.1:9/x"><script>throw Error("x")</script>`;
    const { page, unwanted } = await openAsFile(browser, cleanup, bad);
    expect((await findings(page)).join()).toMatch(/color-contrast.*|image-alt/);
    expect(unwanted.join()).toMatch(/request: http.*/);
    expect(unwanted.join()).toMatch(/x/);
  });

  it("takes its charts' colours from light and dark", async () => {
    const { page } = await open("month", { viewport: WIDE, colorScheme: "light" });
    const fill = () =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector("svg.wide path[fill='var(--accent)']")).fill`,
      );
    const light = await fill();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await fill()).not.toBe(light);
  });

  it("sorts its tables by keyboard and by mouse, and says how", async () => {
    const { page, unwanted } = await open("month", { viewport: WIDE });
    const table = page.getByRole("table", { name: "By endpoint" });
    const column = async (of: string) => {
      const names = await table.locator("thead th").allInnerTexts();
      const at = names.findIndex((name) => name.startsWith(of)) + 1;
      return table.locator(`tbody tr > :nth-child(${at})`);
    };
    const values = async (of: string) => {
      const cells = await (await column(of)).all();
      return (await Promise.all(cells.map((cell) => cell.getAttribute("data-value")))).map(Number);
    };
    const head = table.getByRole("columnheader", { name: "Errors" });
    await head.getByRole("button").focus();
    await page.keyboard.press("Enter");
    const descending = await values("Errors");
    expect(descending).toEqual([...descending].sort((a, b) => b - a));
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    await page.keyboard.press("Space");
    expect(await values("Errors")).toEqual([...descending].reverse().sort((a, b) => a - b));
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    await table.getByRole("button", { name: "Endpoint" }).click();
    const names = await (await column("Endpoint")).allInnerTexts();
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, "en", { numeric: true })));
    expect(await head.getAttribute("aria-sort")).toBeNull();
    expect(await findings(page)).toEqual([]);
    expect(unwanted).toEqual([]);
  });

  it("is whole without a script", async () => {
    const { page } = await open("month", { viewport: WIDE, javaScriptEnabled: false });
    expect(await page.getByRole("columnheader", { name: "Requests" }).count()).toBeGreaterThan(3);
    expect(await page.getByRole("button").count()).toBe(0);
  });

  it("can be read by its structure", async () => {
    const { page } = await open("month", { viewport: WIDE });
    for (const landmark of ["banner", "main", "contentinfo"] as const)
      expect(await page.getByRole(landmark).count()).toBe(1);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Acme Robotics");
    expect(await page.getByRole("region").count()).toBe(8);
    const charts = page.getByRole("img");
    expect(await charts.count()).toBe(4);
    for (const chart of await charts.all()) {
      expect(await chart.locator("title").textContent()).not.toBe("");
      expect(await chart.locator("desc").textContent()).not.toBe("");
    }
    await page.getByText("as a table").first().click();
    expect(await page.getByRole("table", { name: "By day" }).locator("tbody tr").count()).toBe(30);
  });

  it("shows what tenants and callers have named as text", async () => {
    const { page } = await open("hostile");
    expect(await page.evaluate("document.images.length + document.scripts.length")).toBe(1);
    expect(await page.locator("h1").textContent()).toContain("</script></style><img src=x onerror=alert(1)>");
    expect(await page.locator("svg [onload]").count()).toBe(0);
  });

  it("says what a restatement corrects", async () => {
    const totals = { requests: 5, errors: 1, requestBytes: 9, responseBytes: 9 };
    const corrects = { version: 1, sha256: "0".repeat(64), totals, changes: { ...totals, requests: 1_234 } };
    const html = reportHtml(REPORTS.many, { ...SEALED, status: "restated", version: 2, corrects });
    const { page } = await openAsFile(browser, cleanup, html);
    const standing = (await page.getByRole("banner").textContent()) ?? "";
    expect(standing).toContain("Restated");
    expect(standing).toContain("version 2. It corrects version 1 by +1\u202f234 requests");
  });

  it("is the same text whenever it is made", () => {
    expect(reportHtml(REPORTS.month, PROVISIONAL)).toBe(reportHtml(REPORTS.month, PROVISIONAL));
  });

  it.each(["month", "many", "hostile"] as const)("prints %s on a few pages", async (name) => {
    const { page } = await open(name);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const folder = process.env["MASTHEAD_TEST_PICTURES"];
    if (folder) writeFileSync(join(folder, `${name}.pdf`), pdf);
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(0);
    expect(pages).toBeLessThanOrEqual(5);
  });
});
