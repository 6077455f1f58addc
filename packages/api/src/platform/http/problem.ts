import { PROBLEMS, type Problem, type ProblemCode, type ProblemItem } from "@masthead/shared/http/problem";

export { PROBLEMS, type Problem, type ProblemCode, type ProblemItem };

/** An error that the client is told about in these words. Anything else that is thrown is an `internal_error`. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly ProblemItem[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail said to the client: no secrets, no internals */
  constructor(
    code: ProblemCode,
    detail: string,
    options: { errors?: readonly ProblemItem[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** @returns the answer's body; `detail` is left out where there is nothing to add to the title */
export function problemOf(error: ApiError, requestId: string | undefined): Problem {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: `https://masthead.dev/problems/${error.code.replaceAll("_", "-")}`,
    title,
    status,
    code: error.code,
    ...(error.message ? { detail: error.message } : {}),
    ...(requestId ? { requestId } : {}),
    ...(error.errors ? { errors: error.errors } : {}),
  };
}
