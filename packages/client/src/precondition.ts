import type { CallOptions } from "./ask.js";

export interface ChangeOptions extends CallOptions {
  /** Change it only at this revision; 0: only where there is none. Otherwise it fails with `precondition_failed`. */
  ifRevision?: number | undefined;
}

/** Headers of a change (RFC 9110, section 13). */
export const precondition = ({ ifRevision }: ChangeOptions = {}): Record<string, string> => {
  if (ifRevision === undefined) return {};
  return ifRevision === 0 ? { "if-none-match": "*" } : { "if-match": `"${ifRevision}"` };
};
