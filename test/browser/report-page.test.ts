import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportHtml } from "@masthead/api/features/reports/page/report-page";
import type { ReportStanding } from "@masthead/shared/http/report-schema";
import type { Browser } from "playwright-core";
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

const REPORTS = {
  month: sampleReport(),
  many: sampleReport({ many, whole: true }),
  day: sampleReport({ period: "2026-10-25", timeZone: "Europe/Berlin", tenant: { id: "acme", name: null } }),
  empty: sampleReport({ empty: true, tenant: { id: "new-customer", name: null } }),
  hostile: sampleReport({ tenant: { id: HOSTILE.slice(0, 128), name: HOSTILE }, nameOf: hostile }),
  rightToLeft: sampleReport({
    tenant: { id: "acme-ar", name: "شركة أكمي للروبوتات" },
    nameOf: () => "خدمة/{id}",
  }),
};

const VIEWS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 390, height: 800 } },
} as const;

describe("a report's page", () => {
  for (const [name, report] of Object.entries(REPORTS))
    for (const [view, options] of Object.entries(VIEWS))
      it(`shows ${name} in ${view}: nothing asked for, nothing said, nothing for axe to find, nothing beside the page`, async () => {
        const html = reportHtml(report, name === "many" ? SEALED : PROVISIONAL);
        const { page, unwanted } = await openAsFile(browser, cleanup, html, options);
        await picture(page, `${name}-${view}`);
        expect(await findings(page)).toEqual([]);
        expect(unwanted).toEqual([]);
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        expect(width).toBeLessThanOrEqual(options.viewport.width);
      });

  it.each(["month", "many", "hostile"] as const)("prints %s on a few pages", async (name) => {
    const { page } = await openAsFile(browser, cleanup, reportHtml(REPORTS[name], PROVISIONAL));
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const folder = process.env["MASTHEAD_TEST_PICTURES"];
    if (folder) writeFileSync(join(folder, `${name}.pdf`), pdf);
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(0);
    expect(pages).toBeLessThanOrEqual(5);
  });
});
