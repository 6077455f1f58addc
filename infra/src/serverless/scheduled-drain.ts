import { drain } from "@masthead/api/drain";
import { maintain } from "@masthead/api/maintain";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { drainSettings, type Environment } from "./settings.js";

/** One invocation takes so many at most, so that a backlog cannot keep it beyond its time. */
const MAX_MESSAGES = 10_000;

/** Of its time, what a run has for roll-ups at most before it takes messages: they can wait for the next one. */
const SHARE_OF_ROLLUPS = 0.25;

/**
 * One run of maintenance and drain, as a schedule asks for it.
 * @param forMs how long it may take
 * @throws when Postgres or NATS is away: the next run takes what this one left
 */
export const runDrain = async (environment: Environment, forMs: number): Promise<void> => {
  const { connections, idleMs, usageRetention } = drainSettings(environment);
  const endsAt = Date.now() + forMs;
  const invocation = beginInvocation(connections, consoleLog);
  try {
    const enough = AbortSignal.timeout(forMs * SHARE_OF_ROLLUPS);
    await maintain(invocation.deps, { usageRetention, signal: enough });
    const maxMs = Math.max(0, endsAt - Date.now());
    const drained = await drain(invocation.deps, { maxMs, maxMessages: MAX_MESSAGES, idleMs });
    consoleLog.info({ ...drained }, "drained");
  } catch (error) {
    consoleLog.error({ error: String(error) }, "the drain failed");
    throw error;
  } finally {
    await invocation.close();
  }
};
