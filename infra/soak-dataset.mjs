// `npm run soak:dataset [EXCHANGES]`: the tests of the data set on a large one.
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "./bootstrap/command.mjs";
import { ROOT, setUp } from "./bootstrap/set-up.mjs";
import { runMain, Stopped } from "./bootstrap/stopped.mjs";
import { checkSystem } from "./bootstrap/system.mjs";

const MILLION = 1_000_000;
/** Of the exchanges of 14 days, all usage, and the raw table with its indexes. */
const BYTES_PER_EXCHANGE = 1_500;
const GIBIBYTE = 1024 ** 3;
const MONTHS = ["2026-03", "2026-10"];
const HELP = `npm run soak:dataset [EXCHANGES [MONTH]]    10,000,000 without a number; more than 200,000; of ${MONTHS.join(" or ")} alone

Two months of 200 tenants are made and committed as drains do, one after the other. Answers are timed beside the raw exchanges, and every one
is compared with plain SQL over them. It takes an hour or more for ten million a month on two CPUs, and asks for 15 GiB in the folder
for temporary files ($TMPDIR), which are given back at the end.`;

await runMain(async () => {
  const [word = String(10 * MILLION), month = ""] = process.argv.slice(2);
  const exchanges = Number(word.replaceAll(/[,_]/g, ""));
  if (!(exchanges > 200_000) || !["", ...MONTHS].includes(month)) throw new Stopped(HELP);
  const { bavail, bsize } = statfsSync(tmpdir());
  const [needed, free] = [exchanges * BYTES_PER_EXCHANGE, bavail * bsize].map((bytes) =>
    Math.ceil(bytes / GIBIBYTE),
  );
  if (free < needed)
    throw new Stopped(`${tmpdir()} has ${free} GiB to spare; this takes ${needed}. Set TMPDIR.`);
  checkSystem();
  await setUp({ home: join(ROOT, ".masthead") });
  await command(
    process.execPath,
    [
      ...["node_modules/vitest/vitest.mjs", "run", "--project", "postgres", "test/postgres/dataset.test.ts"],
      "--disable-console-intercept",
    ],
    { cwd: ROOT, interactive: true, env: { DATASET_EXCHANGES: String(exchanges), DATASET_MONTH: month } },
  );
});
