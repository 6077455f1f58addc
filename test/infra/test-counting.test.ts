import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startProgram } from "../support/program.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const TESTS = {
  "good.test.ts": `it("a", () => {}); it("b", () => {}); it.skipIf(true)("c", () => {});`,
  "bad.test.ts": `it("d", () => { throw new Error("planted"); });`,
  "broken.test.ts": `throw new Error("planted");`,
};

/** Counts of a small project, as `npm test` makes them. */
const count = async (files: Partial<typeof TESTS>, skippedFails: boolean) => {
  const tree = cleanup.folder();
  mkdirSync(join(tree, "node_modules"));
  symlinkSync(join(ROOT, "node_modules/vitest"), join(tree, "node_modules/vitest"));
  writeFileSync(
    join(tree, "vitest.config.mjs"),
    `export default { test: { projects: [{ test: { name: "small", include: ["*.test.ts"], globals: true } }] } };`,
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, name), text);
  const script = `import { Tally, testProject } from ${JSON.stringify(join(ROOT, "infra/bootstrap/checks.mjs"))};
    const tally = new Tally();
    await testProject(tally, process.argv[1], "small", { skippedFails: ${skippedFails}, asRoot: false, say: console.log });
    console.log("tally " + JSON.stringify(tally));`;
  const program = startProgram(process.execPath, ["--input-type=module", "-e", script, tree], {
    env: { PATH: process.env.PATH },
  });
  const line = await program.line((text) => text.startsWith("tally "));
  await program.ended;
  return JSON.parse(line.slice("tally ".length)) as { passed: number; failed: number; notes: string[] };
};

describe("npm test counts", () => {
  it("what passed, what failed, and a file that could not run", async () => {
    const { passed, failed, notes } = await count(TESTS, false);
    expect({ passed, failed }).toEqual({ passed: 2, failed: 2 });
    expect(notes).toHaveLength(3);
    expect(notes).toContainEqual(expect.stringMatching(/^small: failed: d\n {2}Error: planted/));
  });

  it("a skipped test as failed where nothing may be skipped", async () => {
    expect(await count({ "good.test.ts": TESTS["good.test.ts"] }, true)).toEqual({
      passed: 2,
      failed: 1,
      notes: ["small: 1 skipped, which counts as failed here"],
    });
  });

  it("a project without a test as failed", async () => {
    expect(await count({}, false)).toMatchObject({ passed: 0, failed: 1 });
  });
});
