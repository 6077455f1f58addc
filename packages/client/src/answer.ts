import type { z } from "zod";
import { ConnectionError } from "./errors.js";

type Issue = z.core.$ZodIssue;

/** Whether nothing is wrong but fields that this version does not know: those of a later server. */
const isAddedOnly = (issue: Issue): boolean =>
  issue.code === "unrecognized_keys" ||
  (issue.code === "invalid_union" &&
    issue.errors.some((branch) => branch.length > 0 && branch.every(isAddedOnly)));

/**
 * An answer as it came, of which `schema` knows at least what it needs. Added fields stay.
 *
 * @throws ConnectionError `not_understood` where it has another shape
 */
export const understood = <T extends z.ZodType>(schema: T, answer: unknown): z.output<T> => {
  const read = schema.safeParse(answer);
  const issue = read.error?.issues.find((one) => !isAddedOnly(one));
  if (issue === undefined) return answer as z.output<T>;
  throw new ConnectionError(
    "not_understood",
    `the server's answer is not understood (${issue.path.join(".") || "answer"}: ${issue.message}): is it of another version?`,
  );
};
