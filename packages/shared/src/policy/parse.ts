import { z } from "zod";
import { aggregateErrors } from "./aggregate-rules.js";
import { FLOOR, type Floor } from "./floor.js";
import { POLICY_ERRORS_MAX } from "./limits.js";
import { nearestWord } from "./nearest.js";
import { contradictionErrors, duplicateErrors, floorErrors, type PolicyError } from "./rules.js";
import { type CapturePolicy, capturePolicySchema } from "./schema.js";

export type { PolicyError } from "./rules.js";

export type ParsedPolicy = { ok: true; policy: CapturePolicy } | { ok: false; errors: PolicyError[] };

/**
 * A valid policy from an unknown value (what a JSON or YAML parser gave): shape, floor, duplicates, contradictions. Errors
 * carry JSON Pointers; at most {@link POLICY_ERRORS_MAX} of them.
 */
export const parsePolicy = (input: unknown, options: { floor?: Floor } = {}): ParsedPolicy => {
  const result = capturePolicySchema.safeParse(input);
  if (!result.success)
    return { ok: false, errors: result.error.issues.flatMap(toErrors).slice(0, POLICY_ERRORS_MAX) };
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

/** JSON Pointer of a path; "" is the whole document. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const toErrors = (issue: z.core.$ZodIssue): PolicyError[] => {
  if (issue.code !== "unrecognized_keys") return [{ pointer: toPointer(issue.path), message: issue.message }];
  const known = fieldsAt(capturePolicySchema, issue.path);
  return issue.keys.map((key) => {
    const pointer = toPointer([...issue.path, key]);
    // Known, yet refused: the field of another kind of header rule.
    if (known.includes(key)) return { pointer, message: `${key} goes only with action keep` };
    const nearest = nearestWord(key, known);
    return {
      pointer,
      message: `unknown field${nearest === undefined ? "" : `; the nearest known one is ${nearest}`}`,
    };
  });
};

/** Names of the fields that the schema knows at a path. */
const fieldsAt = (root: z.ZodType, path: readonly PropertyKey[]): string[] => {
  let nodes: z.ZodType[] = expand(root);
  for (const part of path)
    nodes = nodes.flatMap((node) => {
      if (node instanceof z.ZodArray) return expand(node.element as z.ZodType);
      if (node instanceof z.ZodObject) {
        const field: unknown = node.shape[String(part)];
        return field instanceof z.ZodType ? expand(field) : [];
      }
      return [];
    });
  return [...new Set(nodes.flatMap((node) => (node instanceof z.ZodObject ? Object.keys(node.shape) : [])))];
};

const expand = (node: z.ZodType): z.ZodType[] => {
  if (node instanceof z.ZodOptional || node instanceof z.ZodDefault)
    return expand(node.unwrap() as z.ZodType);
  if (node instanceof z.ZodUnion) return (node.options as z.ZodType[]).flatMap(expand);
  return [node];
};
