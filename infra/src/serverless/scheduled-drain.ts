import { drain } from "@masthead/api/drain";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { drainSettings, type Environment } from "./settings.js";

/** One invocation takes so many at most, so that a backlog cannot keep it beyond its time. */
const MAX_MESSAGES = 10_000;

/**
 * One run of the drain, as a schedule asks for it.
 * @param forMs how long it may take messages
 * @throws when Postgres or NATS is away: the next run takes what this one left
 */
export const runDrain = async (environment: Environment, forMs: number): Promise<void> => {
  const { connections, idleMs } = drainSettings(environment);
  const invocation = beginInvocation(connections, consoleLog);
  try {
    const drained = await drain(invocation.deps, { maxMs: forMs, maxMessages: MAX_MESSAGES, idleMs });
    consoleLog.info({ ...drained }, "drained");
  } catch (error) {
    consoleLog.error({ error: String(error) }, "the drain failed");
    throw error;
  } finally {
    await invocation.close();
  }
};
