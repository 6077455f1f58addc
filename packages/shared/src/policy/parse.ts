import { documentErrors } from "../document-errors.js";
import { aggregateErrors } from "./aggregate-rules.js";
import { FLOOR, type Floor } from "./floor.js";
import { POLICY_ERRORS_MAX } from "./limits.js";
import { contradictionErrors, duplicateErrors, floorErrors, type PolicyError } from "./rules.js";
import { type CapturePolicy, capturePolicySchema } from "./schema.js";

export { toPointer } from "../document-errors.js";
export type { PolicyError } from "./rules.js";

export type ParsedPolicy = { ok: true; policy: CapturePolicy } | { ok: false; errors: PolicyError[] };

/**
 * A valid policy from an unknown value (what a JSON or YAML parser gave): shape, floor, duplicates, contradictions. Errors
 * carry JSON Pointers; at most {@link POLICY_ERRORS_MAX} of them.
 */
export const parsePolicy = (input: unknown, options: { floor?: Floor } = {}): ParsedPolicy => {
  const result = capturePolicySchema.safeParse(input);
  if (!result.success) {
    // Known, yet refused: the field of another kind of header rule.
    const refused = (key: string) => `${key} goes only with action keep`;
    const errors = documentErrors(capturePolicySchema, result.error.issues, refused);
    return { ok: false, errors: errors.slice(0, POLICY_ERRORS_MAX) };
  }
  const policy = result.data;
  const errors = [
    ...floorErrors(policy, options.floor ?? FLOOR),
    ...duplicateErrors(policy),
    ...contradictionErrors(policy),
    ...aggregateErrors(policy),
  ];
  return errors.length === 0
    ? { ok: true, policy }
    : { ok: false, errors: errors.slice(0, POLICY_ERRORS_MAX) };
};
