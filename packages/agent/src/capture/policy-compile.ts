import type { Floor } from "@masthead/shared/policy/floor";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { type Aggregation, aggregationOf } from "./policy-aggregation.js";
import { type PolicyBudgets, policyBudgets } from "./policy-budgets.js";
import { flattenTargets, type TargetItem } from "./policy-items.js";
import { type HeardPolicy, type KernelRules, unionRules } from "./policy-rules.js";
import { type AppliedPolicy, selectPolicies, takesAll } from "./policy-selection.js";

/** A policy set as this agent applies it: what the kernel is told and what is needed to understand its answers. */
export interface CompiledPolicies {
  /** the fleet's revision */
  revision: number;
  /** first whoever governs first, with the mask of its items */
  policies: HeardPolicy[];
  items: TargetItem[];
  rules: KernelRules;
  budgets: PolicyBudgets;
  aggregation: Aggregation;
  warnings: string[];
}

/** @throws PolicySetError where the set cannot be applied here */
export function compilePolicies(
  set: PolicySet,
  labels: Readonly<Record<string, string>>,
  floor: Floor,
  sendsAll = false,
): CompiledPolicies {
  const selected = selectPolicies(set, labels, floor);
  const { warnings } = selected;
  const policies = sendsAll ? selected.policies.map(withoutAggregate) : selected.policies;
  const { items, masks } = flattenTargets(policies);
  const ordered = policies.map((policy, place) => ({ policy, items: masks[place] ?? 0n }));
  const heardOf = heard(ordered);
  const aggregation = aggregationOf(heardOf);
  return {
    revision: set.revision,
    policies: ordered,
    items,
    rules: unionRules(heardOf, floor),
    budgets: policyBudgets(heardOf),
    aggregation,
    warnings: [...warnings, ...aggregation.warnings],
  };
}

const withoutAggregate = (policy: AppliedPolicy): AppliedPolicy => ({
  ...policy,
  spec: { ...policy.spec, aggregate: false },
});

/**
 * Under an item of which an earlier policy takes every exchange, a later one never governs; so nothing is asked for it
 * there (promise redacted-at-source: what nobody can use does not leave the kernel).
 */
function heard(ordered: readonly HeardPolicy[]): HeardPolicy[] {
  let taken = 0n;
  return ordered.map(({ policy, items }) => {
    const left = items & ~taken;
    if (takesAll(policy)) taken |= items;
    return { policy, items: left };
  });
}
