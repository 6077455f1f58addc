import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Cleanup } from "../../support/cleanup.js";

/** Debian's own, which the set-up for tests installs. */
const CHROMIUM = process.env["MASTHEAD_TEST_CHROMIUM"] ?? "/usr/bin/chromium";

/** Chromium refuses its sandbox to root, and needs it for nothing here: the pages are ours. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A file opened in a browser, and what it did beyond being shown. */
export interface OpenPage {
  readonly page: Page;
  /** console messages, errors, violations of its policy for content, and requests other than for the file itself */
  readonly unwanted: string[];
}

/** Opens a text as a file, offline. `cleanup` closes it. */
export const openAsFile = async (
  browser: Browser,
  cleanup: Cleanup,
  html: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> => {
  const path = join(cleanup.folder(), "report.html");
  writeFileSync(path, html);
  const url = pathToFileURL(path).href;
  const context = await browser.newContext({ offline: true, ...options });
  cleanup.add(() => context.close());
  const page = await context.newPage();
  const unwanted: string[] = [];
  page.on("console", (message) => unwanted.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => unwanted.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url) unwanted.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, unwanted };
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What axe finds: its rules and where. */
export const findings = async (page: Page): Promise<string[]> => {
  // By the debugger and not as an element, which the page's policy for content refuses.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  );
};

/** For whoever wants to look: a picture below MASTHEAD_TEST_PICTURES, where that is set. */
export const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["MASTHEAD_TEST_PICTURES"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};
