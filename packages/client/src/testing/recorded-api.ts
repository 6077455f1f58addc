import type { ClientOptions } from "../client.js";
import { createClient, type MastheadClient } from "../client.js";

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
  readonly redirect: string | undefined;
}

export interface Scripted {
  readonly client: MastheadClient;
  readonly sent: Sent[];
  /** waits between attempts, in milliseconds */
  readonly waits: number[];
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  json(status, { type: "about:blank", title: `It is ${code}`, status, code, detail: "so it is" }, headers);

/** A client whose API gives `answers` one after the other, the last for ever; its clock stands still. */
export const scripted = (
  answers: readonly ((init: RequestInit) => Response | Promise<Response>)[],
  options: Partial<ClientOptions> = {},
): Scripted => {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const client = createClient({
    url: "http://masthead.test",
    key: "mh_secret",
    nowMs: () => Date.parse("2026-01-01T00:00:00Z"),
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    fetch: async (url, init) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push({
        method: String(init.method),
        url,
        headers: new Headers(init.headers),
        body: init.body === undefined ? undefined : String(init.body),
        redirect: init.redirect,
      });
      if (!answer) throw new Error("no answer is scripted");
      return answer(init);
    },
    ...options,
  });
  return { client, sent, waits };
};
