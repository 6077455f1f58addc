import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "@masthead/shared/config/definition";
import { pino } from "pino";
import { readApiConfiguration } from "./config.js";
import { adminKeyIn } from "./resident/admin-key.js";
import { startServer } from "./server.js";

const STOP_WITHIN_MS = 25_000;
/** Of sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78;

async function main(): Promise<void> {
  const configuration = readApiConfiguration(process.env);
  const log = pino({ level: configuration.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const run = join(configuration.home, "run");
  mkdirSync(run, { recursive: true });
  const pidFile = join(run, "api.pid");
  writeFileSync(pidFile, `${process.pid}\n`);
  const server = await startServer(configuration, { adminKey: adminKeyIn(configuration.home), log });
  const stop = async (signal: NodeJS.Signals) => {
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    await server.stop();
    rmSync(pidFile, { force: true });
    log.info({}, "stopped");
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`masthead-api: ${(error as Error).message}\n`);
  process.exitCode = error instanceof ConfigurationError ? EX_CONFIG : 1;
}
