import { ConnectionError, ProblemError } from "@masthead/client";

/** The most of an answer that is read; a page of the largest documents is far below. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

export interface ApiRequest {
  method: "GET" | "PUT" | "DELETE";
  /** of `/v1/…`, already encoded */
  path: string;
  body?: { type: string; text: string };
  headers?: Record<string, string>;
}

export interface ApiClient {
  /** The JSON of a successful answer; undefined where it has none. @throws ProblemError, ConnectionError */
  send(request: ApiRequest): Promise<unknown>;
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
};

const readText = async (response: Response): Promise<string> => {
  const length = Number(response.headers.get("content-length") ?? 0);
  if (length > ANSWER_MAX_BYTES)
    throw new ConnectionError("too_large", `the answer has ${length} bytes, which is too many`);
  return response.text();
};

/**
 * @param baseUrl where the API is, such as `http://127.0.0.1:8080`
 * @param key sent as a bearer token, and never in a message of an error
 */
export const createApiClient = (baseUrl: string, key: string): ApiClient => ({
  async send({ method, path, body, headers }) {
    const url = new URL(path, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        // A redirect would carry the key elsewhere.
        redirect: "error",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        headers: {
          accept: "application/json, application/problem+json",
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": body.type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body.text }),
      });
      text = await readText(response);
    } catch (error) {
      if (error instanceof ConnectionError) throw error;
      throw new ConnectionError("no_answer", `no answer from ${url.origin}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
    if (response.ok && text === "") return undefined;
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new ConnectionError(
        "not_masthead",
        `${url.origin} answered ${response.status} without JSON: is it Masthead's API?`,
      );
    }
    if (response.ok) return answer;
    throw new ProblemError(response.status, answer);
  },
});
