import { createApp } from "@masthead/api/app";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { runDrain } from "./scheduled-drain.js";
import { appSettings, type Environment } from "./settings.js";

/** What a Worker is given beside its request. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** A cron trigger comes once a minute; the drain leaves before the next. */
const DRAIN_FOR_MS = 45_000;

/** The control plane as a Cloudflare Worker: the app answers `fetch`, the drain runs in `scheduled`. */
export default {
  async fetch(request: Request, environment: Environment, context: WorkerContext): Promise<Response> {
    const { connections, options } = appSettings(environment);
    const invocation = beginInvocation(connections, consoleLog);
    try {
      return await createApp(invocation.deps, options).fetch(request);
    } finally {
      context.waitUntil(invocation.close());
    }
  },
  scheduled: (_event: unknown, environment: Environment): Promise<void> =>
    runDrain(environment, DRAIN_FOR_MS),
};
