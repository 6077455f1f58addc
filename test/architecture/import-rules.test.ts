import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cruise, cruise } from "./support/cruise.js";
import { ROOT, repositoryFiles } from "./support/source-files.js";

const config = createRequire(import.meta.url)(join(ROOT, ".dependency-cruiser.cjs")) as {
  forbidden: { name: string }[];
};

/** Files of a small tree that breaks each rule once: path, text, and the rule that has to find it. */
const PLANTS: [path: string, text: string, rule: string][] = [
  ["packages/shared/src/one.ts", 'import "hono";', "shared-imports-zod-only"],
  ["packages/shared/src/two.ts", 'import "node:crypto";', "shared-imports-zod-only"],
  ["packages/agent/src/one.ts", 'import "../../api/src/app.js";', "agent-and-api-meet-in-shared"],
  [
    "packages/api/src/deps.ts",
    'import type {} from "../../agent/src/exchange.js";',
    "agent-and-api-meet-in-shared",
  ],
  ["packages/cli/src/main.ts", 'import "@masthead/api/app";', "agent-and-api-meet-in-shared"],
  ["packages/client/src/one.ts", 'import "node:fs";', "client-runs-anywhere"],
  ["packages/client/src/two.ts", 'import "@masthead/api/app";', "client-runs-anywhere"],
  ["packages/agent/src/four.ts", 'import "../../client/src/three.js";', "client-is-for-the-command-line"],
  ["packages/agent/src/two.ts", 'import "../../../infra/src/child.js";', "product-knows-no-infra"],
  [
    "packages/api/src/features/usage/usage.service.ts",
    'import "../reports/reports.store.js";',
    "features-through-their-index",
  ],
  [
    "packages/api/src/main.ts",
    'import "./features/reports/reports.store.js";',
    "features-from-outside-through-their-index",
  ],
  [
    "packages/api/src/platform/http/one.ts",
    'import "../../features/reports/index.js";',
    "platform-knows-no-features",
  ],
  [
    "packages/api/src/features/usage/usage.routes.ts",
    'import { sql } from "drizzle-orm"; sql;',
    "sql-where-it-belongs",
  ],
  [
    "packages/api/src/features/usage/usage.rules.ts",
    'import type {} from "postgres";',
    "sql-where-it-belongs",
  ],
  ["packages/agent/src/meter/one.ts", 'import "nats";', "nats-behind-one-place"],
  ["packages/api/src/drain.ts", 'import "./reached.js";', "app-and-drain-are-portable"],
  ["packages/api/src/app.ts", 'import "./reached.js";', "no-node-server-in-the-app"],
  ["infra/src/serverless/worker.ts", 'import "node:fs";', "app-and-drain-are-portable"],
  ["packages/agent/src/circle-a.ts", 'import "./circle-b.js";', "no-circle"],
  ["infra/src/one.ts", 'import "hono";', "only-declared-packages"],
  ["packages/agent/src/three.ts", 'import "./not-there.js";', "every-import-is-found"],
];
/** What the plants reach, which breaks no rule by itself. */
const INNOCENT: [path: string, text: string][] = [
  ["packages/api/src/reached.ts", 'import "node:fs/promises"; import "pino";'],
  ["packages/api/src/features/reports/index.ts", 'import "./reports.store.js";'],
  ["packages/api/src/features/reports/reports.store.ts", 'import "postgres";'],
  ["packages/api/src/platform/nats/connection.ts", 'import "nats";'],
  ["packages/agent/src/exchange.ts", 'import "@masthead/shared/ids";'],
  ["packages/agent/src/circle-b.ts", 'import "./circle-a.js";'],
  ["packages/shared/src/ids.ts", 'import "zod";'],
  ["packages/client/src/three.ts", 'import "zod"; import "@masthead/shared/ids";'],
  ["packages/cli/src/run.ts", 'import "@masthead/client/three";'],
  ["infra/src/child.ts", "export {};"],
];
const LIBRARIES = ["zod", "hono", "nats", "postgres", "drizzle-orm", "pino"];

describe("the import rules", () => {
  let tree: string;
  let found: Cruise;

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), "masthead-test-rules-"));
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), `${text}\n`);
    };
    const manifest = (path: string, name: string, extra: object) =>
      write(`${path}/package.json`, JSON.stringify({ name, type: "module", ...extra }));
    for (const [path, text] of [...PLANTS, ...INNOCENT]) write(path, text);
    write("tsconfig.base.json", "{}");
    const all = Object.fromEntries(LIBRARIES.map((name) => [name, "*"]));
    manifest(".", "root", { dependencies: {} });
    manifest("infra", "@masthead/infra", { dependencies: {} });
    for (const name of ["shared", "agent", "api", "client", "cli"]) {
      manifest(`packages/${name}`, `@masthead/${name}`, {
        exports: { "./*": { source: "./src/*.ts" } },
        dependencies: { ...all, "@masthead/shared": "*", "@masthead/api": "*", "@masthead/client": "*" },
      });
      mkdirSync(join(tree, "node_modules/@masthead"), { recursive: true });
      symlinkSync(`../../packages/${name}`, join(tree, "node_modules/@masthead", name));
    }
    for (const name of LIBRARIES) {
      manifest(`node_modules/${name}`, name, { exports: "./index.js" });
      write(`node_modules/${name}/index.js`, "export {};");
    }
    found = await cruise(tree, ["packages", "infra"]);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it.each(PLANTS)("finds what is planted in %s", (path, _text, rule) => {
    const names = found.summary.violations
      .filter(({ from }) => from === path)
      .map((violation) => violation.rule.name);
    expect(names).toContain(rule);
  });

  it("lets pass what breaks none", () => {
    const innocent = new Set(INNOCENT.map(([path]) => path).filter((path) => !path.includes("circle")));
    expect(found.summary.violations.filter(({ from }) => innocent.has(from))).toEqual([]);
  });

  it("are all planted against", () => {
    const planted = new Set(PLANTS.map(([, , rule]) => rule));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

describe("the product's imports", () => {
  it("are all read, followed over package borders, and break no rule", async () => {
    const product = await cruise(ROOT, ["packages", "infra"]);
    const read = new Set(product.modules.map(({ source }) => source));
    const sources = repositoryFiles().filter((path) => /^(packages\/[^/]+|infra)\/src\/.*\.ts$/.test(path));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => !read.has(path))).toEqual([]);
    const edges = product.modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => `${source.split("/").slice(0, 2).join("/")} ${resolved}`),
    );
    expect(edges).toContain("packages/api packages/shared/src/subjects.ts");
    expect(edges).toContain("packages/agent packages/shared/src/ids.ts");
    expect(product.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual(
      [],
    );
  });
});
