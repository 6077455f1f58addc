import { z } from "zod";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

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
  too_many_requests: { status: 429, title: "The key has made too many requests" },
  internal_error: { status: 500, title: "The server failed" },
  not_configured: { status: 501, title: "This server is not set up for it" },
  unavailable: { status: 503, title: "A service that is needed does not answer" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

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

export const problemSchema = z.object({
  type: z.string().describe("URI that names the kind of problem."),
  title: z.string().describe("The kind of problem in words."),
  status: z.int().describe("The HTTP status, again."),
  code: z.enum(PROBLEM_CODES).describe("The kind of problem for programs; stable."),
  detail: z.string().optional().describe("What is wrong in this case."),
  requestId: z.string().optional().describe("Names this request in the server's log."),
  errors: z
    .array(
      z.object({
        pointer: z
          .string()
          .describe(
            "JSON Pointer into the document; parameters stand under `/query`, `/path` and `/header`.",
          ),
        message: z.string().describe("What is wrong there and what is meant."),
      }),
    )
    .optional()
    .describe("Each thing that is wrong, where there is more than a title to say."),
});
