import type { Cleanup } from "../cleanup.js";
import { type Program, startProgram } from "../program.js";
import { framedHeaders, headText, type Plan, type PlannedRequest, pathWithQuery } from "./plan.js";
import type { Link } from "./server-files.js";

export interface RunningClient {
  /** every process so far */
  pids(): number[];
  /** @throws Error when a request failed */
  readonly ended: Promise<void>;
}

/** Begins with the plan's kept connections at once, all of them; those of `fresh` come after. */
export type StartClient = (cleanup: Cleanup, link: Link, port: number, plan: Plan) => RunningClient;

const environment = { PATH: process.env.PATH };
/** What is read later: no rejection is nobody's. */
const noted = (ended: Promise<void>): Promise<void> => {
  ended.catch(() => {});
  return ended;
};

const asWritten = (request: PlannedRequest) => ({
  method: request.method,
  path: pathWithQuery(request),
  headers: framedHeaders(request),
  body: request.body,
});

/** One process that takes the whole plan. */
export const planningClient =
  (command: () => string[]): StartClient =>
  (cleanup, link, port, { kept, fresh }) => {
    const [program = "", ...args] = command();
    const running = startProgram(program, [...args, String(port), link], { env: environment });
    cleanup.add(() => running.stop());
    running.send(
      JSON.stringify({ kept: kept.map((requests) => requests.map(asWritten)), fresh: fresh.map(asWritten) }),
    );
    return { pids: () => [running.pid], ended: noted(running.finish()) };
  };

interface Invocation {
  command: string[];
  input?: string;
}

/** One process a connection. */
const clientPerConnection =
  (
    invoke: (requests: PlannedRequest[], link: Link, port: number, cleanup: Cleanup) => Invocation,
  ): StartClient =>
  (cleanup, link, port, { kept, fresh }) => {
    const programs: Program[] = [];
    const run = (requests: PlannedRequest[]): Promise<void> => {
      const { command, input } = invoke(requests, link, port, cleanup);
      const [program = "", ...args] = command;
      const running = startProgram(program, args, { env: environment });
      cleanup.add(() => running.stop());
      programs.push(running);
      if (input !== undefined) running.send(input);
      return running.finish();
    };
    const all = async () => {
      await Promise.all(kept.map(run));
      for (const request of fresh) await run([request]);
    };
    return { ended: noted(all()), pids: () => programs.map(({ pid }) => pid) };
  };

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

export const curlClient = clientPerConnection((requests, link, port) => {
  const blocks = requests.map((request) =>
    [
      `url = ${quoted(originOf(link, port) + pathWithQuery(request))}`,
      ...["http1.1", "insecure", "silent", "show-error", "fail", 'output = "/dev/null"'],
      `request = ${request.method}`,
      ...request.headers.map(([name, value]) => `header = ${quoted(`${name}: ${value}`)}`),
      ...(request.body === "" ? [] : [`data-binary = ${quoted(request.body)}`]),
    ].join("\n"),
  );
  return { command: ["/usr/bin/curl", "-q", "--config", "-"], input: blocks.join("\nnext\n") };
});

/** All requests of one process have the method, headers and body of its first: wget knows no others. */
export const wgetClient = clientPerConnection((requests, link, port) => {
  const [first] = requests;
  if (!first) throw new Error("a connection without requests");
  const command = [
    ...["/usr/bin/wget", "--no-config", "--no-hsts", "--no-check-certificate", "--no-proxy", "--tries=1"],
    ...["--quiet", "--output-document=/dev/null"],
    ...first.headers.map(([name, value]) => `--header=${name}: ${value}`),
    ...(first.body === "" ? [] : [`--post-data=${first.body}`]),
    ...requests.map((request) => originOf(link, port) + pathWithQuery(request)),
  ];
  return { command };
});

/** The program of test/programs/boringssl-client.c. */
export const countingClient = (command: (cleanup: Cleanup) => string[]): StartClient =>
  clientPerConnection((requests, link, port, cleanup) => {
    const texts = requests.map((request) => headText(request, port) + request.body);
    const input = [requests.length, ...texts.map((text) => `${Buffer.byteLength(text)}\n${text}`)].join("\n");
    return { command: [...command(cleanup), String(port), link], input };
  });

const originOf = (link: Link, port: number): string =>
  `${link === "tls" ? "https" : "http"}://127.0.0.1:${port}`;
