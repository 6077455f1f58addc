import { retryAfterMs, waitMs } from "./back-off.js";
import { readBounded } from "./bounded-text.js";
import { ConnectionError, ProblemError } from "./errors.js";

/** As `globalThis.fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Transport {
  readonly fetch: Fetch;
  readonly key: string;
  /** of one attempt, its answer included */
  readonly timeoutMs: number;
  /** how often a request that may be repeated is sent at most */
  readonly attempts: number;
  readonly answerMaxBytes: number;
  readonly nowMs: () => number;
  /** @throws the signal's reason when it is aborted */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly random: () => number;
}

export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** whether it changes nothing more when it is sent twice */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportAnswer {
  readonly headers: Headers;
  readonly text: string;
}

/** 429: asked too often. 502 to 504: the server, or what stands before it, is away for the moment. */
const PASSING = new Set([429, 502, 503, 504]);

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refusal = ({ status, headers }: Response, text: string, origin: string, nowMs: number): Error => {
  const body = parsed(text);
  const later = retryAfterMs(headers.get("retry-after"), nowMs);
  if (body !== undefined || PASSING.has(status)) return new ProblemError(status, body, later);
  return new ConnectionError(
    "not_masthead",
    `${origin} answered ${status} without JSON: is it Masthead's API?`,
  );
};

/** One attempt. @throws ProblemError, ConnectionError, the reason of the caller's signal */
const sendOnce = async (transport: Transport, request: TransportRequest): Promise<TransportAnswer> => {
  const { url, method, headers, body, signal } = request;
  const { origin } = new URL(url);
  const timeout = AbortSignal.timeout(transport.timeoutMs);
  try {
    const response = await transport.fetch(url, {
      method,
      // A redirect would carry the key elsewhere.
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: { ...headers, authorization: `Bearer ${transport.key}` },
      ...(body === undefined ? {} : { body }),
    });
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400))
      throw new ConnectionError(
        "redirect",
        `${origin} answers with a redirect, which is not followed with a key: ask where it leads`,
      );
    const text = await readBounded(response, transport.answerMaxBytes);
    if (!response.ok) throw refusal(response, text, origin, transport.nowMs());
    return { headers: response.headers, text };
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof ProblemError) throw error;
    signal?.throwIfAborted();
    if (timeout.aborted)
      throw new ConnectionError("timeout", `no answer from ${origin} within ${transport.timeoutMs} ms`);
    throw new ConnectionError("no_answer", `no answer from ${origin}: ${reasonOf(error)}`, { cause: error });
  }
};

const isPassing = (error: unknown): boolean =>
  error instanceof ProblemError
    ? PASSING.has(error.status)
    : error instanceof ConnectionError && error.reason === "no_answer";

/**
 * Sends a request, and again while it may be repeated and what stood against it may pass.
 *
 * @throws ProblemError, ConnectionError of the last attempt; the reason of the caller's signal
 */
export const send = async (transport: Transport, request: TransportRequest): Promise<TransportAnswer> => {
  for (let attempt = 1; ; attempt++) {
    request.signal?.throwIfAborted();
    try {
      return await sendOnce(transport, request);
    } catch (error) {
      if (!request.repeatable || attempt >= transport.attempts || !isPassing(error)) throw error;
      const askedMs = error instanceof ProblemError ? error.retryAfterMs : undefined;
      const wait = waitMs(attempt, askedMs, transport.random);
      if (wait === undefined) throw error;
      await transport.sleep(wait, request.signal);
    }
  }
};
