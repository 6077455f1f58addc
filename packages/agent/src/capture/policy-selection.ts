import type { Floor } from "@masthead/shared/policy/floor";
import { parsePolicy } from "@masthead/shared/policy/parse";
import type { CapturePolicy } from "@masthead/shared/policy/schema";
import type { PolicySet } from "@masthead/shared/wire/policy-set";
import { withoutLocalFloor } from "./policy-local-floor.js";

/** A policy that this agent applies. */
export interface AppliedPolicy {
  name: string;
  revision: number;
  spec: CapturePolicy["spec"];
}

export interface PolicySelection {
  /** first whoever governs first: by priority, then by name */
  policies: AppliedPolicy[];
  /** what this host does not do of what the policies ask, and why */
  warnings: string[];
}

/** A policy set that cannot be applied; the one before it stays in force. */
export class PolicySetError extends Error {
  override readonly name = "PolicySetError";
}

/**
 * The policies of a set that are for this agent. Every document is validated again, whoever validated it before
 * (promise the-floor-holds); one that fails fails the set, which is applied whole or not at all.
 * @param floor the built-in floor with this host's own additions: what breaks only those is left out, not refused, so
 * that one host's file does not keep the whole fleet's policies from it
 * @throws PolicySetError
 */
export function selectPolicies(
  set: PolicySet,
  labels: Readonly<Record<string, string>>,
  floor: Floor,
): PolicySelection {
  const warnings: string[] = [];
  const policies: AppliedPolicy[] = [];
  for (const { name, revision, document } of set.policies) {
    const parsed = parsePolicy(document);
    if (!parsed.ok) {
      const [first] = parsed.errors;
      throw new PolicySetError(`policy ${name}: ${first?.pointer || "/"}: ${first?.message}`);
    }
    if (!isForAgent(parsed.policy, labels)) continue;
    const local = withoutLocalFloor(parsed.policy.spec, floor);
    warnings.push(...local.warnings.map((warning) => `policy ${name}: ${warning}`));
    policies.push({ name, revision, spec: local.spec });
  }
  policies.sort((a, b) => b.spec.priority - a.spec.priority || (a.name < b.name ? -1 : 1));
  return { policies, warnings };
}

/** Nothing that reaches it is left to later policies. */
export function takesAll({ spec }: AppliedPolicy): boolean {
  const { hosts, paths, methods } = spec.match ?? {};
  return hosts === undefined && paths === undefined && methods === undefined;
}

function isForAgent(policy: CapturePolicy, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(policy.spec.agents?.matchLabels ?? {});
  return wanted.every(([label, value]) => Object.hasOwn(labels, label) && labels[label] === value);
}
