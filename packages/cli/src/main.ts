import { openFile } from "./open-file.js";
import { run } from "./run.js";
import { wantsColor } from "./terminal.js";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads the pipe has enough.
  if (error.code === "EPIPE") process.exit(0);
  console.error(`masthead: the output cannot be written: ${error.message}`);
  process.exit(1);
});

const INPUT_MAX_BYTES = 1024 * 1024;

const standardInput = async (): Promise<Uint8Array | null> => {
  if (process.stdin.isTTY) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > INPUT_MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
};

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  write: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(`${text}\n`),
  input: standardInput,
  openFile,
  nowMs: Date.now,
  // 0: a terminal that does not say.
  columns: (process.stdout.isTTY && process.stdout.columns) || undefined,
  color: wantsColor(process.stdout, process.env),
});
