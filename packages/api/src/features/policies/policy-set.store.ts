import type { PolicySet } from "@masthead/shared/wire/policy-set";
import type { TransactionSql } from "postgres";

/** Live policies that a fleet may hold, as many as a policy set may carry. */
export const MAX_POLICIES = 64;

/**
 * The set as agents are to have it. One statement sees one snapshot: no change lies between the number and the policies,
 * and whoever only reads needs no lock.
 */
export async function readPolicySet(sql: TransactionSql): Promise<PolicySet> {
  const rows = await sql<{ revision: number; policies: string }[]>`
    select revision, (
      select coalesce(json_agg(json_build_object('name', name, 'revision', revision, 'document', document)
        order by name), '[]')
      from policies where document is not null)::text as policies
    from policy_counter`;
  const row = rows[0];
  if (!row) throw new Error("the policy counter is missing");
  return { v: 1, revision: row.revision, policies: JSON.parse(row.policies) as PolicySet["policies"] };
}
