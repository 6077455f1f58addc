import type { Matcher } from "@masthead/shared/policy/match";
import type { PolicyPlan } from "./policy-plan.js";

/**
 * Does the `match` of a policy take the exchange? Its targets have been asked already.
 * @param host null: the request has none, or no policy reads it
 */
export function governs(
  plan: PolicyPlan,
  role: string,
  method: string,
  path: string,
  host: string | null,
): boolean {
  if (plan.roles !== undefined && !plan.roles.has(role)) return false;
  if (plan.methods !== undefined && !plan.methods.has(method)) return false;
  if (plan.hosts !== undefined && (host === null || !some(plan.hosts, host))) return false;
  return plan.paths === undefined || some(plan.paths, path);
}

function some(matchers: readonly Matcher[], text: string): boolean {
  for (const matches of matchers) if (matches(text)) return true;
  return false;
}
