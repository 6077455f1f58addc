import { openFile } from "./open-file.js";
import { run } from "./run.js";
import { wantsColor } from "./terminal.js";

/** Whoever reads the pipe has enough. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  write: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(`${text}\n`),
  openFile,
  nowMs: Date.now,
  // 0: a terminal that does not say.
  columns: (process.stdout.isTTY && process.stdout.columns) || undefined,
  color: wantsColor(process.stdout, process.env),
});
