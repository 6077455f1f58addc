// `npm test`: every check and every test. Uses nothing but Node, since it runs before anything is installed.
import { join } from "node:path";
import { check, Tally, testProject } from "./bootstrap/checks.mjs";
import { command } from "./bootstrap/command.mjs";
import { rootBy } from "./bootstrap/packages.mjs";
import { ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain } from "./bootstrap/stopped.mjs";
import { checkSystem } from "./bootstrap/system.mjs";

const SHORT_FUZZ_SECONDS = 10;
const inCi = process.env.CI === "true";

await runMain(async () => {
  checkSystem();
  const began = Date.now();
  const passed = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const withoutCapture = await setUp({ forTests: true, home: join(ROOT, ".masthead") });
  console.log(`set up in ${passed()}\n`);
  const by = rootBy();
  const noKernel = withoutCapture ?? (by === "none" ? "neither root nor sudo" : undefined);
  if (!noKernel && by === "sudo-asks") await command("sudo", ["--validate"], { interactive: true });
  const tally = new Tally();

  const run =
    (title, program, ...args) =>
    (say) =>
      check(tally, title, program, args, { cwd: ROOT }, say);
  const node = (title, path, ...args) =>
    run(title, process.execPath, join(ROOT, "node_modules", path), ...args);
  const make = (title, ...args) => run(title, "make", "-C", "bpf", ...args);
  const project = (name) => (say) =>
    testProject(tally, ROOT, name, { asRoot: false, skippedFails: false, say });
  const skipped = (name) => (say) => {
    say(`· ${name} tests SKIPPED: they load programs into the kernel (${noKernel})`);
    if (inCi) tally.fail(`${name}: skipped, which counts as failed under CI`);
    else tally.notes.push(`${name}: skipped`);
  };
  /** Of vitest.config.ts, one that loads programs into the kernel: needs root, and nothing may be skipped under CI. */
  const asRoot = (name) =>
    noKernel
      ? skipped(name)
      : (say) => testProject(tally, ROOT, name, { asRoot: by !== "root", skippedFails: inCi, say });

  // Side by side, since most of them wait most of the time; each lane's own one after the other. See docs/testing.md.
  await inLanes({
    control: [
      node("format and lint", "@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."),
      ...["infra", "postgres", "crash"].map(project),
    ],
    kernel: [
      ...(noKernel
        ? []
        : [
            by === "root"
              ? make("kernel code in this kernel", "kernel-test")
              : run("kernel code in this kernel", "sudo", "make", "-C", "bpf", "kernel-test"),
          ]),
      asRoot("kernel"),
    ],
    e2e: [asRoot("e2e"), ...["browser", "serverless"].map(project)],
  });
  // What asks for a quiet host, and beside it what nobody would hear: these open no connection and start next to nothing.
  await inLanes({
    alone: [asRoot("alone")],
    checks: [
      node("types of tests", "typescript/bin/tsc", "-p", "test/tsconfig.json"),
      node("import rules", "dependency-cruiser/bin/dependency-cruise.mjs", "packages", "infra"),
      ...(withoutCapture
        ? []
        : [
            make("kernel code on the host", "test"),
            make("short fuzz runs", "fuzz", `FUZZ_SECONDS=${SHORT_FUZZ_SECONDS}`),
          ]),
      ...["unit", "architecture"].map(project),
    ],
  });

  console.log(`\n${passed()} in all`);
  for (const note of tally.notes) console.log(note);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
});

/** Each lane runs what it holds in order, beside the others. Every line that it says bears its name. */
async function inLanes(lanes) {
  const width = Math.max(...Object.keys(lanes).map((name) => name.length));
  await Promise.all(
    Object.entries(lanes).map(async ([name, items]) => {
      const say = (text) => {
        for (const line of text.split("\n")) console.log(`${name.padEnd(width)} | ${line}`);
      };
      for (const item of items) await item(say);
    }),
  );
}
