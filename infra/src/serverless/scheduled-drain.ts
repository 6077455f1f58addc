import type { Deps } from "@masthead/api/deps";
import { drain } from "@masthead/api/drain";
import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import { maintain } from "@masthead/api/maintain";
import { deliverStep, sealStep } from "@masthead/api/report-duties";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { drainSettings, type Environment } from "./settings.js";

/** One invocation takes so many at most, so that a backlog cannot keep it beyond its time. */
const MAX_MESSAGES = 10_000;

/** Of its time, what a run has for roll-ups at most before it takes messages: they can wait for the next one. */
const SHARE_OF_ROLLUPS = 0.25;
/** Of its time, what it has beside the drain to seal reports at most, and as much to send them. */
const SHARE_OF_REPORTS = 0.25;

/**
 * One run of maintenance and drain, as a schedule asks for it, with what is to be done for reports beside the drain.
 * @param forMs how long it may take
 * @throws when Postgres or NATS is away: the next run takes what this one left
 */
export const runDrain = async (environment: Environment, forMs: number): Promise<void> => {
  const { connections, idleMs, usageRetention, outlets } = drainSettings(environment);
  const endsAt = Date.now() + forMs;
  const invocation = beginInvocation(connections, consoleLog);
  let reporting: Promise<object> | undefined;
  try {
    const enough = AbortSignal.timeout(forMs * SHARE_OF_ROLLUPS);
    await maintain(invocation.deps, { usageRetention, signal: enough });
    reporting = doReports(invocation.deps, outlets, forMs * SHARE_OF_REPORTS);
    const maxMs = Math.max(0, endsAt - Date.now());
    const drained = await drain(invocation.deps, { maxMs, maxMessages: MAX_MESSAGES, idleMs });
    consoleLog.info({ ...drained, ...(await reporting) }, "drained");
  } catch (error) {
    consoleLog.error({ error: String(error) }, "the drain failed");
    throw error;
  } finally {
    await reporting;
    await invocation.close();
  }
};

/** What fails here is tried again by the next run, and does not fail the drain. */
const doReports = async (deps: Deps, outlets: DeliveryOutlets, eachMs: number): Promise<object> => {
  try {
    const { sealed, restated } = await sealStep(deps, eachMs);
    const { delivered, dead } = await deliverStep(deps, outlets, eachMs);
    return { sealed, restated, delivered, dead };
  } catch (error) {
    consoleLog.error({ error: String(error) }, "reports could not be sealed or sent");
    return {};
  }
};
