import { PROBLEMS, type ProblemCode, type ProblemItem } from "@masthead/shared/http/problem";
import { z } from "zod";

/** Read leniently: what answers an error may be a proxy, or a server of a later version. */
const problemSchema = z.object({
  title: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});

const isKnown = (code: string | undefined): code is ProblemCode =>
  code !== undefined && Object.hasOwn(PROBLEMS, code);

/** The API refused (RFC 9457). Decide by `code`; words may change. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  /** `unknown`: a code that this version does not know, or none. */
  readonly code: ProblemCode | "unknown";
  readonly title: string | undefined;
  /** What is wrong in this case. */
  readonly detail: string | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** Each thing that is wrong, with JSON Pointers. */
  readonly errors: readonly ProblemItem[];

  /**
   * @param body of the answer, whatever it is
   * @param retryAfterMs what `Retry-After` asks for
   */
  constructor(
    readonly status: number,
    body: unknown,
    readonly retryAfterMs?: number,
  ) {
    const { code, title, detail, requestId, errors } = problemSchema.safeParse(body).data ?? {};
    super(detail ?? title ?? `the server answered ${status}`);
    this.code = isKnown(code) ? code : "unknown";
    this.title = title;
    this.detail = detail;
    this.requestId = requestId;
    this.errors = errors ?? [];
  }
}

/**
 * Why there is no answer: nobody answered (`no_answer`, `timeout`), or what answered is not to be read (`too_large`,
 * `redirect`, `not_masthead`, `not_understood`).
 */
export type ConnectionReason =
  | "no_answer"
  | "timeout"
  | "too_large"
  | "redirect"
  | "not_masthead"
  | "not_understood";

/** The server could not be talked to, or what answered is not Masthead, or not of this version. Never holds the key. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  constructor(
    readonly reason: ConnectionReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The request cannot be made as asked: a mistake of the caller, found before anything is sent. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}
