import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { run } from "@masthead/cli/run";

/** What the command asks of its server. */
export interface AskedByCommand {
  method: string;
  /** with the server's own address in front */
  url: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

export interface CommandLineOptions {
  answer(asked: AskedByCommand): Promise<Response>;
  apiKey: string;
  nowMs(): number;
}

/** `masthead` as an operator runs it, and the server that it talks to. */
export interface CommandLine {
  /** @param input standard input; absent: it is a terminal */
  run(args: string[], input?: string): Promise<{ code: number; out: string; error: string }>;
  stop(): Promise<void>;
}

export const startCommandLine = async ({
  answer,
  apiKey,
  nowMs,
}: CommandLineOptions): Promise<CommandLine> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const ifMatch = headers["if-match"];
    const given = ifMatch === undefined ? {} : { "if-match": ifMatch };
    const answered = await answer({ method, url: `${address()}${path}`, path, body, headers: given });
    response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async run(args, input) {
      const out: string[] = [];
      const errors: string[] = [];
      const code = await run(args, {
        env: { MASTHEAD_URL: address(), MASTHEAD_API_KEY: apiKey },
        out: (text) => out.push(text),
        error: (text) => errors.push(text),
        input: async () => (input === undefined ? null : Buffer.from(input)),
        sleep: async () => {},
        nowMs,
      });
      return { code, out: out.join("\n"), error: errors.join("\n") };
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
