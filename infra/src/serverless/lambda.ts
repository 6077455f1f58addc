import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { consoleLog } from "./console-log.js";
import type { ControlPlane } from "./control-plane.js";
import { beginInvocation } from "./invocation.js";
import { invocationSettings } from "./settings.js";

/** What EventBridge sends on a schedule. */
export interface ScheduledEvent {
  "detail-type": "Scheduled Event";
}

/** The drain leaves this long before the function would be ended. */
const SPARE_MS = 10_000;

const isScheduled = (event: LambdaEvent | ScheduledEvent): event is ScheduledEvent =>
  "detail-type" in event && event["detail-type"] === "Scheduled Event";

/** The control plane as an AWS Lambda function: HTTP events go to the app, scheduled ones to the drain. */
export const createLambda =
  ({ createApp, drain }: ControlPlane, environment: Record<string, string | undefined>) =>
  async (
    event: LambdaEvent | ScheduledEvent,
    context: LambdaContext & { getRemainingTimeInMillis(): number },
  ): Promise<unknown> => {
    const role = isScheduled(event) ? "drain" : "app";
    const invocation = beginInvocation(invocationSettings(environment, role), consoleLog);
    try {
      if (!isScheduled(event)) return await handle(createApp(invocation.deps))(event, context);
      await drain(invocation.deps, { forMs: Math.max(0, context.getRemainingTimeInMillis() - SPARE_MS) });
      return undefined;
    } finally {
      await invocation.close();
    }
  };
