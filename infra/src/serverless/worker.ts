import { consoleLog } from "./console-log.js";
import type { ControlPlane } from "./control-plane.js";
import { beginInvocation } from "./invocation.js";
import { invocationSettings } from "./settings.js";

/** What a Worker is given beside its request. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}
export type WorkerEnvironment = Record<string, string | undefined>;
export interface Worker {
  fetch(request: Request, environment: WorkerEnvironment, context: WorkerContext): Promise<Response>;
  scheduled(event: unknown, environment: WorkerEnvironment): Promise<void>;
}

/** A cron trigger comes once a minute; the drain leaves before the next. */
const DRAIN_FOR_MS = 45_000;

/** The control plane as a Cloudflare Worker: the app answers `fetch`, the drain runs in `scheduled`. */
export const createWorker = ({ createApp, drain }: ControlPlane): Worker => ({
  async fetch(request, environment, context) {
    const invocation = beginInvocation(invocationSettings(environment, "app"), consoleLog);
    try {
      return await createApp(invocation.deps).fetch(request);
    } finally {
      context.waitUntil(invocation.close());
    }
  },
  async scheduled(_event, environment) {
    const invocation = beginInvocation(invocationSettings(environment, "drain"), consoleLog);
    try {
      await drain(invocation.deps, { forMs: DRAIN_FOR_MS });
    } finally {
      await invocation.close();
    }
  },
});
