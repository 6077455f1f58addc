import type { Deps } from "../../deps.js";
import { FLEET } from "../../platform/db/scope.js";
import { publishPolicySet } from "../../platform/nats/policy-publisher.js";
import { readPolicySet } from "./policy-set.store.js";

/**
 * Brings what agents can read up to what Postgres holds. One request to each when nothing changed.
 *
 * @returns whether it had to write
 * @throws NatsError when NATS does not answer
 */
export async function reconcilePolicies(deps: Deps): Promise<boolean> {
  const set = await deps.withDatabase((database) =>
    database.transaction(FLEET, ({ sql }) => readPolicySet(sql), "read only"),
  );
  return deps.withNats((nats) => publishPolicySet(nats, set));
}

/** The same after a change that is committed already: a failure is logged, and the next reconcile makes it good. */
export async function publishPolicies(deps: Deps): Promise<boolean> {
  try {
    await reconcilePolicies(deps);
    return true;
  } catch (error) {
    deps.log.warn({ error: String(error) }, "policies are saved but not published yet");
    return false;
  }
}
