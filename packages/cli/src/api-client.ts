import { z } from "zod";

const problemSchema = z.object({
  title: z.string().optional(),
  status: z.number().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The API answered with an error (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `the server answered ${status}`);
  }
}

/** The server could not be talked to, or what answered is not Masthead. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

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
    throw new ConnectionError(`the answer has ${length} bytes, which is too many`);
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
      throw new ConnectionError(`no answer from ${url.origin}: ${reasonOf(error)}`, { cause: error });
    }
    if (response.ok && text === "") return undefined;
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new ConnectionError(
        `${url.origin} answered ${response.status} without JSON: is it Masthead's API?`,
      );
    }
    if (response.ok) return answer;
    const problem = problemSchema.safeParse(answer);
    throw new ProblemError(response.status, problem.success ? problem.data : {});
  },
});
