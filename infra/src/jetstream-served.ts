import { setImmediate } from "node:timers/promises";
import { isServedByNobody } from "@masthead/api/platform/nats/connection";

const ASKED_AT_MOST = 100;

/**
 * Resolves once JetStream is there for who asks. nats-server makes an account when somebody of it comes first, and while two come at once it may tell
 * one of them that nobody serves JetStream (nats-server's issue 2874). Any other error is left to who asks next.
 *
 * @param ask asks JetStream for anything
 */
export const jetStreamIsServed = async (ask: () => Promise<unknown>): Promise<void> => {
  const served = () =>
    ask().then(
      () => true,
      (error: unknown) => !isServedByNobody(error),
    );
  for (let asked = 0; asked < ASKED_AT_MOST && !(await served()); asked++) await setImmediate();
};
