import { createApp } from "@masthead/api/app";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { consoleLog } from "./console-log.js";
import { beginInvocation } from "./invocation.js";
import { runDrain } from "./scheduled-drain.js";
import { appSettings, type Environment } from "./settings.js";

/** What EventBridge sends on a schedule. */
export interface ScheduledEvent {
  "detail-type": "Scheduled Event";
}
type Event = LambdaEvent | ScheduledEvent;

/** The drain leaves this long before the function would be ended. */
const SPARE_MS = 10_000;

const isScheduled = (event: Event): event is ScheduledEvent =>
  "detail-type" in event && event["detail-type"] === "Scheduled Event";

const answer = async (event: LambdaEvent, context: LambdaContext, environment: Environment) => {
  const { connections, options } = appSettings(environment);
  const invocation = beginInvocation(connections, consoleLog);
  try {
    return await handle(createApp(invocation.deps, options))(event, context);
  } finally {
    await invocation.close();
  }
};

/** The control plane as an AWS Lambda function: HTTP events go to the app, scheduled ones to the drain. */
export const handler = async (
  event: Event,
  context: LambdaContext & { getRemainingTimeInMillis(): number },
): Promise<unknown> => {
  if (!isScheduled(event)) return answer(event, context, process.env);
  const forMs = context.getRemainingTimeInMillis() - SPARE_MS;
  // A function that has no time for it would drain nothing for ever, and say nothing.
  if (forMs <= 0) throw new Error(`the drain needs a timeout of more than ${SPARE_MS / 1_000} seconds`);
  return runDrain(process.env, forMs);
};
