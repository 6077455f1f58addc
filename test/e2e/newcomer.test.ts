import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type FencedBlock, fencedBlocks } from "../support/fenced-blocks.js";
import { ownTenant, type Product, startMasthead, totalUsage } from "../support/product.js";
import { type Shell, shellIn } from "../support/shell.js";
import { until } from "../support/until.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const tenant = ownTenant("newcomer");
const cleanup = new Cleanup();
let product: Product;
let folder: string;
let shell: Shell;
/** What of the page is another here, so that several runs fit on one host. */
let adapted: (text: string) => string;

beforeAll(async () => {
  product = await startMasthead(cleanup);
  const port = await freeLoopbackPort();
  folder = join(cleanup.folder(), "checkout");
  mkdirSync(folder);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  symlinkSync(product.home, join(folder, ".masthead"));
  const { MASTHEAD_HOME: _home, MASTHEAD_API_KEY: _key, ...env } = process.env;
  shell = shellIn(cleanup, folder, { ...env, MASTHEAD_URL: product.url, NO_COLOR: "1" });
  adapted = (text) =>
    text
      .replaceAll("http://127.0.0.1:8080", product.url)
      .replaceAll("127.0.0.1:8443", `127.0.0.1:${port}`)
      .replaceAll("/tmp/try", join(folder, "try"))
      .replaceAll("acme", tenant);
});
afterAll(() => cleanup.run());

const isShell = ({ language }: FencedBlock): boolean => language === "sh";

describe("the README's five minutes", () => {
  const blocks = fencedBlocks("README.md", "Five minutes");
  const [start, traffic, looks, asks, ...others] = blocks;

  it("begin with a start, which is the test's own here", () => {
    expect(start?.text).toBe("npm start");
    expect(blocks.filter(isShell).length).toBeGreaterThan(4);
  });

  it("lead from a few requests to the tenant's report", async () => {
    await shell.run(adapted(traffic?.text ?? ""));
    await until("the requests among usage", async () => {
      const usage = await totalUsage(product, { tenant, role: "server" });
      return usage?.requests === 3;
    });
    const said = await shell.run(adapted(looks?.text ?? ""));
    expect(said).toMatch(new RegExp(`^${tenant} +/v1/orders/\\{id\\} +3 `, "m"));
    expect(said).toMatch(new RegExp(`${tenant} .*GET +/v1/orders/17`));
    expect(said).toMatch(/^Requests +3 /m);
    const page = readFileSync(join(folder, "report.html"), "utf8");
    expect(page).toContain(tenant);
    expect(page).toMatch(/^<!doctype html>/i);
  });

  it("ask the same over REST", async () => {
    const said = await shell.run(adapted(asks?.text ?? ""));
    expect(said).toContain('"requests":3');
    expect(said).toContain("\ntotal,,3,");
  });

  it("end with a policy in force", async () => {
    const said: string[] = [];
    for (const { language, text, before } of others) {
      const file = /`([\w.]+)`:/.exec(before)?.[1];
      if (language === "yaml") writeFileSync(join(folder, file ?? ""), `${text}\n`);
      else said.push(await shell.run(adapted(text)));
    }
    expect(existsSync(join(folder, "gateway.yaml"))).toBe(true);
    expect(said.join("")).toMatch(/gateway is at revision \d+/);
  });
});

describe("the page on usage queries", () => {
  const [environment, ...examples] = fencedBlocks("docs/usage-queries.md");
  // The README's commands run with the real one, which takes a second each time.
  const quick = (text: string) => text.replaceAll("npx masthead ", "node_modules/.bin/masthead ");

  it.each(examples)("$language example: $before", async ({ language, text }) => {
    const settings = adapted(environment?.text ?? "");
    if (language === "js") writeFileSync(join(folder, "example.mjs"), text);
    const said = await shell.run(
      `${settings}\n${language === "js" ? "node example.mjs" : quick(adapted(text))}`,
    );
    expect(said).not.toContain('"code":');
  });
});
