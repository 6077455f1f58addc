import { readConfiguration } from "@masthead/shared/config/definition";
import { supervisorVariables } from "./configuration.js";
import { openHome } from "./home.js";
import { takeHome } from "./lock.js";
import { startProduct } from "./product.js";
import { StartedParts } from "./started-parts.js";

export interface SuperviseOptions {
  /** The checkout. */
  root: string;
  environment: NodeJS.ProcessEnv;
  /** Why kernel programs cannot be built here; absent: they were. */
  withoutCapture?: string | undefined;
}

const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

/**
 * Runs the whole product on this host until SIGINT or SIGTERM, then stops it, last things first: the agent, so that what it
 * has captured is delivered, the servers at the end. @throws Error when a part does not start; the others are stopped
 */
export const supervise = async ({ root, environment, withoutCapture }: SuperviseOptions): Promise<void> => {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        say(`${signal}: stopping`);
        resolve();
      });
    }
  });
  const configuration = readConfiguration(supervisorVariables, environment);
  const home = openHome(configuration.home);
  const lock = takeHome(home);
  const started = new StartedParts();
  try {
    const start = startProduct({ root, home, environment, configuration, withoutCapture, say, started });
    // Also when the signal comes first: then the start is given up, which is no error.
    start.catch(() => {});
    await Promise.race([start.then((line) => console.log(line)), signalled]);
    await signalled;
  } finally {
    await started.stopAll();
    lock.release();
  }
  say("stopped");
};
