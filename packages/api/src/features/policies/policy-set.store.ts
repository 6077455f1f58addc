import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { TransactionSql } from "postgres";
import { fleetRevision, listPolicies } from "./policies.store.js";

/** Live policies that a fleet may hold, as many as a policy set may carry. */
export const MAX_POLICIES = 64;

/**
 * The set as agents are to have it. The counter is read under a share lock, so that no change lies between the number
 * and the policies.
 */
export async function readPolicySet(sql: TransactionSql): Promise<PolicySet> {
  const revision = await fleetRevision(sql, "share");
  const policies = await listPolicies(sql, { limit: MAX_POLICIES });
  return {
    v: 1,
    revision,
    policies: policies.map(({ name, revision, document }) => ({ name, revision, document })),
  };
}
