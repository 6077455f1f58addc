import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { run } from "../run.js";
import type { Terminal } from "../terminal.js";

export interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface FakeApi {
  readonly url: string;
  /** requests so far */
  readonly seen: Seen[];
  answer: (request: Seen) => Answer;
  /** Forgets what was seen, and answers 500 again. */
  reset(): void;
  close(): Promise<void>;
}

/** A server on the loopback that answers as it is told. */
export const startFakeApi = async (): Promise<FakeApi> => {
  const unset = (): Answer => ({ status: 500, body: {} });
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const answer = api.answer(one);
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      const { body } = answer;
      response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api: FakeApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: unset,
    reset: () => {
      seen.length = 0;
      api.answer = unset;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return api;
};

export const NOW_MS = Date.parse("2026-01-01T00:01:00Z");

/** Runs `masthead` against an API, with what it wrote. */
export const runMasthead = async (
  api: FakeApi,
  args: string[],
  terminal: Partial<Terminal> = {},
): Promise<{ code: number; out: string; error: string }> => {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await run(args, {
    env: { MASTHEAD_URL: api.url, MASTHEAD_API_KEY: "k-1" },
    out: (text) => out.push(`${text}\n`),
    write: (text) => out.push(text),
    error: (text) => errors.push(text),
    nowMs: () => NOW_MS,
    ...terminal,
  });
  return { code, out: out.join(""), error: errors.join("\n") };
};
