/**
 * The closed vocabulary of errors that the API answers with: code, status and title. A code is stable: clients decide by
 * it, never by the words beside it.
 */
export const PROBLEMS = {
  unreadable_document: { status: 400, title: "The document cannot be read" },
  invalid_parameters: { status: 400, title: "The request's parameters are invalid" },
  invalid_cursor: { status: 400, title: "The cursor is not one of this list" },
  unauthenticated: { status: 401, title: "A valid key is needed" },
  forbidden: { status: 403, title: "The key may not do this" },
  not_found: { status: 404, title: "There is no such resource" },
  method_not_allowed: { status: 405, title: "The resource does not know this method" },
  not_acceptable: { status: 406, title: "The resource has none of the media types asked for" },
  conflict: { status: 409, title: "The request conflicts with the state of the resource" },
  too_many_policies: { status: 409, title: "The fleet holds as many policies as it may" },
  policy_set_too_large: { status: 409, title: "The fleet's policies would be too large together" },
  precondition_failed: { status: 412, title: "The resource is not at the revision asked for" },
  payload_too_large: { status: 413, title: "The document is too large" },
  unsupported_media_type: { status: 415, title: "The document's media type is not read here" },
  invalid_document: { status: 422, title: "The document is invalid" },
  beyond_retention: { status: 422, title: "What is held no longer answers this" },
  query_too_expensive: { status: 422, title: "The query would take too much" },
  internal_error: { status: 500, title: "The server failed" },
  not_configured: { status: 501, title: "This server is not set up for it" },
  unavailable: { status: 503, title: "A service that is needed does not answer" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing that is wrong with a document or a parameter. */
export interface ProblemItem {
  /** JSON Pointer (RFC 6901) into the document; parameters stand under `/query`, `/path` and `/header` */
  readonly pointer: string;
  readonly message: string;
}

/** Body of an answer of media type `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly ProblemItem[];
}

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
