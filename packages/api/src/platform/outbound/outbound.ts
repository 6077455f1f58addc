/** A request to somebody else's server. */
export interface OutboundRequest {
  readonly method: "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What is read of an answer. */
export interface OutboundAnswer {
  readonly status: number;
  /** the field `Retry-After` as it came; null: there was none */
  readonly retryAfter: string | null;
}

/**
 * Sends one request and waits for the head of its answer: bounded in time, its body is not read, redirects are not followed, hosts that
 * are not allowed are not reached.
 * @throws OutboundError
 */
export type SendOutbound = (request: OutboundRequest) => Promise<OutboundAnswer>;

/** Why there is no answer, in words that hold nothing of the request: for a log that people read. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
}

/** The whole of a request, from the look-up of its host on. */
export const OUTBOUND_WITHIN_MS = 15_000;

const IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ENOTFOUND: "the host's name is not known",
  EAI_AGAIN: "the host's name could not be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the host's network cannot be reached",
  ETIMEDOUT: "no answer in time",
  ABORT_ERR: "no answer in time",
};

/** What went wrong, without anything of the request. */
export const outboundError = (error: unknown): OutboundError => {
  if (error instanceof OutboundError) return error;
  const { name, code, cause } = (error ?? {}) as { name?: string; code?: string; cause?: unknown };
  if (name === "TimeoutError" || name === "AbortError") return new OutboundError("no answer in time");
  if (typeof code === "string") {
    const words =
      IN_WORDS[code] ?? (/^[A-Z][A-Z0-9_]{2,63}$/.test(code) ? `the connection failed: ${code}` : undefined);
    if (words) return new OutboundError(words);
  }
  return cause === undefined ? new OutboundError("the request failed") : outboundError(cause);
};
