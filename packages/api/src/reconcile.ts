import type { Deps } from "./deps.js";
import { reconcilePolicies } from "./features/policies/index.js";
import { ensureInfrastructure } from "./platform/nats/infrastructure.js";

/** What had to be made good. */
export interface Reconciled {
  /** streams, buckets and consumers that were missing */
  readonly made: readonly string[];
  /** whether the policies had to be published */
  readonly published: boolean;
}

/**
 * Brings NATS up to what Postgres holds: streams, buckets, consumers and the policy set. Cheap where nothing is missing, so
 * that it can run every few seconds. Watermarks come back by themselves: agents send again what is not confirmed, and each
 * batch that is committed already is confirmed again.
 *
 * @throws what NATS or Postgres throws when it is away
 */
export async function reconcile(deps: Deps): Promise<Reconciled> {
  const made = await deps.withNats(ensureInfrastructure);
  const published = await reconcilePolicies(deps);
  if (made.length > 0) deps.log.warn({ made }, "NATS was empty: made what was missing");
  return { made, published };
}
