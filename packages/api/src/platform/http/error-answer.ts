import { HTTPException } from "hono/http-exception";
import type { Log } from "../../deps.js";
import type { AppContext } from "./context.js";
import { ApiError, type ProblemCode, problemOf } from "./problem.js";
import { PROBLEM_MEDIA_TYPE } from "./problem-schema.js";

const BY_STATUS: Record<number, ProblemCode> = {
  400: "unreadable_document",
  401: "unauthenticated",
  404: "not_found",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

/** Errors of the network and of Postgres shutting down or starting: the request may be sent again. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|CONNECT_TIMEOUT|CONNECTION_.+|57P0[123]|53300|08\w{3}|503|TIMEOUT)$/;

const codeOf = (error: unknown): string => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause === undefined ? "" : codeOf(cause);
};

/** @returns the error in the API's own vocabulary. What nobody meant for the client is not told to the client. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException) {
    const code = BY_STATUS[error.status];
    if (code) return new ApiError(code, error.message, { cause: error });
  }
  if (AWAY.test(codeOf(error))) {
    return new ApiError("unavailable", "try again", { cause: error, headers: { "retry-after": "1" } });
  }
  return new ApiError("internal_error", "", { cause: error });
}

/** The one place where an error becomes an answer; what is our own fault is logged here too. */
export function answerError(error: unknown, c: AppContext, log: Log): Response {
  const known = toApiError(error);
  const requestId = c.get("requestId");
  const problem = problemOf(known, requestId);
  const facts = { requestId, path: c.req.path, code: known.code };
  if (known.code === "internal_error") {
    const { message, stack } = known.cause as Error;
    log.error({ ...facts, error: message, stack }, "a request failed");
  } else if (known.code === "unavailable") {
    log.warn(
      { ...facts, error: `${known.message}: ${String(known.cause ?? "")}` },
      "a request could not be served",
    );
  }
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...known.headers, "content-type": PROBLEM_MEDIA_TYPE },
  });
}
