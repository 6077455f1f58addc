import { parsePolicy } from "@masthead/shared/policy/parse";
import type { CapturePolicy } from "@masthead/shared/policy/schema";
import { ApiError } from "../../platform/http/problem.js";

/**
 * Promise the-floor-holds, at the first place that meets a policy.
 *
 * @throws ApiError `invalid_document`, with a pointer to each fault, when the document is no valid policy of this name
 */
export function validatePolicy(name: string, document: unknown): CapturePolicy {
  const parsed = parsePolicy(document);
  const errors = parsed.ok ? [] : [...parsed.errors];
  if (parsed.ok && parsed.policy.metadata.name !== name) {
    const message = `the document names ${parsed.policy.metadata.name}, the path ${name}`;
    errors.push({ pointer: "/metadata/name", message });
  }
  if (!parsed.ok || errors.length > 0) {
    const detail = errors
      .map(({ pointer, message }) => `${pointer || "the document"}: ${message}`)
      .join("; ");
    throw new ApiError("invalid_document", detail, { errors });
  }
  return parsed.policy;
}
