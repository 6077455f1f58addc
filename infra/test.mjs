// `npm test`: every check and every test. Uses nothing but Node, since it runs before anything is installed.
import { join } from "node:path";
import { check, Tally, testProject } from "./bootstrap/checks.mjs";
import { rootBy, TEST_PACKAGES } from "./bootstrap/packages.mjs";
import { ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain } from "./bootstrap/stopped.mjs";
import { checkSystem } from "./bootstrap/system.mjs";

/** Projects of vitest.config.ts, in order; those that load programs into the kernel need root. */
const PROJECTS = [
  { name: "unit" },
  { name: "architecture" },
  { name: "infra" },
  { name: "postgres" },
  { name: "serverless" },
  { name: "kernel", needsRoot: true },
  { name: "e2e", needsRoot: true },
];
const SHORT_FUZZ_SECONDS = 10;
const inCi = process.env.CI === "true";

await runMain(async () => {
  checkSystem();
  const began = Date.now();
  const withoutCapture = await setUp({ extraPackages: TEST_PACKAGES, home: join(ROOT, ".masthead") });
  console.log(`set up in ${Math.round((Date.now() - began) / 1000)} s\n`);
  const tally = new Tally();
  const node = (path, ...args) => [
    process.execPath,
    [join(ROOT, "node_modules", path), ...args],
    { cwd: ROOT },
  ];
  await check(
    tally,
    "format and lint",
    ...node("@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."),
  );
  await check(tally, "types of tests", ...node("typescript/bin/tsc", "-p", "test/tsconfig.json"));
  await check(
    tally,
    "import rules",
    ...node("dependency-cruiser/bin/dependency-cruise.mjs", "packages", "infra"),
  );
  if (!withoutCapture) {
    await check(tally, "kernel code on the host", "make", ["-C", "bpf", "test"], { cwd: ROOT });
    await check(
      tally,
      "short fuzz runs",
      "make",
      ["-C", "bpf", "fuzz", `FUZZ_SECONDS=${SHORT_FUZZ_SECONDS}`],
      {
        cwd: ROOT,
      },
    );
  }
  const by = rootBy();
  if (!withoutCapture && by !== "none") {
    const [program, ...args] = [...(by === "root" ? [] : ["sudo"]), "make", "-C", "bpf", "kernel-test"];
    await check(tally, "kernel code in this kernel", program, args, { cwd: ROOT });
  }
  for (const { name, needsRoot = false } of PROJECTS) {
    if (needsRoot && (withoutCapture || by === "none")) {
      const reason = withoutCapture ?? "neither root nor sudo";
      console.log(`\n· ${name} tests SKIPPED: they load programs into the kernel (${reason})`);
      if (inCi) tally.fail(`${name}: skipped, which counts as failed under CI`);
      else tally.notes.push(`${name}: skipped`);
      continue;
    }
    const asRoot = needsRoot && by !== "root";
    await testProject(tally, ROOT, name, { asRoot, skippedFails: inCi && needsRoot });
  }
  console.log(`\n${Math.round((Date.now() - began) / 1000)} s in all`);
  for (const note of tally.notes) console.log(note);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
});
