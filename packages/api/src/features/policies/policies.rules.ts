import { canonicalJson } from "../../platform/canonical-json.js";
import { ApiError } from "../../platform/http/problem.js";
import type { LivePolicy, PolicyRow } from "./policies.store.js";

/** What `If-Match` and `If-None-Match` ask of the present revision (RFC 9110, section 13). */
export interface Precondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export const isLive = (row: PolicyRow | undefined): row is LivePolicy =>
  row !== undefined && row.document !== null;

export const entityTag = (revision: number): string => `"${revision}"`;

const TAGS = /^\s*(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*)\s*$/;

const tagsOf = (header: "if-match" | "if-none-match", value: string): string[] => {
  if (value.length > 4_096 || !TAGS.test(value)) {
    const message = 'expected * or entity tags such as "12"';
    throw new ApiError("invalid_parameters", `${header}: ${message}`, {
      errors: [{ pointer: `/header/${header}`, message }],
    });
  }
  return value.split(",").map((tag) => tag.trim());
};

/** @returns whether a conditional GET may answer 304: weak comparison */
export const isUnchanged = (ifNoneMatch: string | undefined, revision: number): boolean =>
  ifNoneMatch !== undefined &&
  tagsOf("if-none-match", ifNoneMatch).some(
    (tag) => tag === "*" || tag.replace(/^W\//, "") === entityTag(revision),
  );

/**
 * Guards a change against a lost update.
 *
 * @param present absent where there is no live policy of this name
 * @throws ApiError `precondition_failed`, or `invalid_parameters` for a malformed header
 */
export function checkPrecondition(
  { ifMatch, ifNoneMatch }: Precondition,
  present: LivePolicy | undefined,
): void {
  const now = present ? `the policy is at revision ${present.revision}` : "there is no such policy";
  const failed = () =>
    new ApiError(
      "precondition_failed",
      now,
      present ? { headers: { etag: entityTag(present.revision) } } : {},
    );
  if (ifMatch !== undefined) {
    const tags = tagsOf("if-match", ifMatch);
    if (!present || !tags.some((tag) => tag === "*" || tag === entityTag(present.revision))) throw failed();
  }
  if (ifNoneMatch !== undefined && present && isUnchanged(ifNoneMatch, present.revision)) throw failed();
}

/** Whether two documents, with defaults applied, say the same. */
export const sameDocument = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
