import type { Deps } from "@masthead/api/deps";
import { drain } from "@masthead/api/drain";
import type { DeliveryOutlets } from "@masthead/api/features/deliveries/index";
import { deliverStep, sealStep } from "@masthead/api/report-duties";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { drainSettings, type Environment } from "./settings.js";

/** One invocation takes so many at most, so that a backlog cannot keep it beyond its time. */
const MAX_MESSAGES = 10_000;

/** Of its time, so much goes to reports at most: half to seal, half to send. */
const REPORTS_SHARE = 0.5;

/**
 * One run of the drain, as a schedule asks for it, with what is to be done for reports beside it.
 * @param forMs how long it may take messages
 * @throws when Postgres or NATS is away: the next run takes what this one left
 */
export const runDrain = async (environment: Environment, forMs: number): Promise<void> => {
  const { connections, idleMs, outlets } = drainSettings(environment);
  const invocation = beginInvocation(connections, consoleLog);
  try {
    const reporting = doReports(invocation.deps, outlets, forMs);
    const drained = await drain(invocation.deps, { maxMs: forMs, maxMessages: MAX_MESSAGES, idleMs });
    consoleLog.info({ ...drained, ...(await reporting) }, "drained");
  } catch (error) {
    consoleLog.error({ error: String(error) }, "the drain failed");
    throw error;
  } finally {
    await invocation.close();
  }
};

/** What fails here is tried again by the next run, and does not fail the drain. */
const doReports = async (deps: Deps, outlets: DeliveryOutlets, forMs: number) => {
  const eachMs = (forMs * REPORTS_SHARE) / 2;
  try {
    const { sealed, restated } = await sealStep(deps, eachMs);
    const { delivered, dead } = await deliverStep(deps, outlets, eachMs);
    return { sealed, restated, delivered, dead };
  } catch (error) {
    consoleLog.error({ error: String(error) }, "reports could not be sealed or sent");
    return {};
  }
};
