import { ApiError } from "./problem.js";

/** What `If-Match` and `If-None-Match` ask of the present revision (RFC 9110, section 13). */
export interface Precondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

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
 * @param revision of what is there; absent where nothing is
 * @param thing what it is called: `policy`
 * @throws ApiError `precondition_failed`, or `invalid_parameters` for a malformed header
 */
export function checkRevision(
  { ifMatch, ifNoneMatch }: Precondition,
  revision: number | undefined,
  thing: string,
): void {
  const now =
    revision === undefined ? `there is no such ${thing}` : `the ${thing} is at revision ${revision}`;
  const failed = () =>
    new ApiError(
      "precondition_failed",
      now,
      revision === undefined ? {} : { headers: { etag: entityTag(revision) } },
    );
  if (ifMatch !== undefined) {
    const tags = tagsOf("if-match", ifMatch);
    if (revision === undefined || !tags.some((tag) => tag === "*" || tag === entityTag(revision)))
      throw failed();
  }
  if (ifNoneMatch !== undefined && revision !== undefined && isUnchanged(ifNoneMatch, revision))
    throw failed();
}
