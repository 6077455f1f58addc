import type { UsageMeta } from "@masthead/shared/http/usage-schema";
import type { Database } from "../../platform/db/database.js";
import { FLEET, type Scope } from "../../platform/db/scope.js";
import type { TimeRange } from "../../platform/http/instant.js";
import { readCompleteness } from "./completeness.read-model.js";

/**
 * What may be missing in a range, for whoever asks in `scope`. The ledger is the fleet's, and no tenant's transaction can read it: it
 * is read in one of its own, whoever asks. Call it before the transaction that counts: what is committed in between is then counted
 * and not promised, instead of the other way round. A tenant hears of the whole fleet, for what was lost has no tenant, but not which
 * agents there are.
 *
 * @param agentIds absent: the fleet
 */
export async function completenessOf(
  database: Database,
  scope: Scope,
  { range, nowUs, agentIds }: { range: TimeRange; nowUs: number; agentIds?: readonly string[] | undefined },
): Promise<Pick<UsageMeta, "completeUntil" | "completeness">> {
  const known = await database.transaction(
    FLEET,
    ({ sql }) => readCompleteness(sql, range, nowUs, agentIds),
    "read only",
  );
  if (scope.kind === "fleet") return known;
  const gaps = known.completeness.gaps.map(({ agentId: _agentId, ...gap }) => gap);
  return { ...known, completeness: { ...known.completeness, gaps } };
}
