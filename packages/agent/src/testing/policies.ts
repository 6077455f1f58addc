import type { CapturePolicyInput } from "@masthead/shared/policy/schema";
import type { PolicySet } from "@masthead/shared/wire/policy-set";

type Spec = CapturePolicyInput["spec"];

/** A policy set of these policies, by name. */
export function policySet(revision: number, specs: Record<string, Spec>): PolicySet {
  return {
    v: 1,
    revision,
    policies: Object.entries(specs).map(([name, spec], place) => ({
      name,
      revision: place + 1,
      document: { apiVersion: "masthead.dev/v1", kind: "CapturePolicy", metadata: { name }, spec },
    })),
  };
}
