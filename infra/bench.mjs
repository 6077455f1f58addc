// `npm run bench`: the benchmarks in the order of their names, one after the other, since they measure this host.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { command } from "./bootstrap/command.mjs";
import { TEST_PACKAGES } from "./bootstrap/packages.mjs";
import { ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain, Stopped } from "./bootstrap/stopped.mjs";
import { checkSystem } from "./bootstrap/system.mjs";

await runMain(async () => {
  checkSystem();
  const withoutCapture = await setUp({ extraPackages: TEST_PACKAGES, home: join(ROOT, ".masthead") });
  if (withoutCapture) throw new Stopped(`The benchmarks trace programs: ${withoutCapture}.`);
  const wanted = process.argv.slice(2);
  const files = readdirSync(join(ROOT, "test/bench"))
    .filter(
      (name) =>
        name.endsWith(".bench.ts") && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
    )
    .sort();
  for (const file of files) {
    await command(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.bench.config.ts", `test/bench/${file}`],
      { cwd: ROOT, interactive: true },
    );
  }
});
