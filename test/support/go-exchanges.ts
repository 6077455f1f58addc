import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, type AgentOptions, request } from "node:https";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { expect } from "vitest";
import type { Program } from "./program.js";
import { until } from "./until.js";

/** Keeps `x-request-id` of what these programs do. */
export const policyFor = (...executables: string[]) => ({
  targets: executables.map((executable) => ({ executable })),
  headers: { request: [{ name: "x-request-id", action: "keep" as const }] },
});

/** What is known of an exchange, ends of its socket as `ADDRESS:PORT`. */
export interface Seen {
  role: string;
  id: unknown;
  source: unknown;
  status: unknown;
  tie: unknown;
  flags: unknown;
  local: string;
  peer: string;
}

export const seenBy = (trace: Program): Seen[] =>
  trace.lines.map((line) => {
    const { role, attributes } = exchangeItemSchema.parse(JSON.parse(line));
    return {
      ...{ role, id: attributes["http.request.header.x-request-id"], source: attributes["capture.source"] },
      ...{
        tie: attributes["capture.socket_tie"],
        status: attributes["http.response.status_code"],
        flags: attributes["capture.flags"],
      },
      local: `${attributes["network.local.address"]}:${attributes["network.local.port"]}`,
      peer: `${attributes["network.peer.address"]}:${attributes["network.peer.port"]}`,
    };
  });

/** The exchanges that a trace ends with, once there are `count`. */
export const allOf = async (trace: Program, count: number): Promise<Seen[]> => {
  await until(`${count} exchanges`, () => trace.lines.length >= count);
  expect(await trace.stop("SIGINT")).toBe("exit code 0");
  expect(trace.errors()).toMatch(new RegExp(`${count} captured, ${count} ended, lost: none`));
  return seenBy(trace);
};

export const ids = (seen: Seen[]) => seen.map(({ id }) => String(id)).sort();
/** In the order of the requests: a thread may be done with its last answer when another one has answered the next request. */
export const peersOf = (seen: Seen[], requests: Asked[]): (string | undefined)[] => {
  const peers = new Map(seen.map(({ id, peer }) => [String(id), peer]));
  return requests.map(({ id }) => peers.get(id));
};
/** An exchange of which nothing is missing. */
export const whole = { source: "go", tie: "descriptor", status: 200, flags: undefined };

interface Asked {
  path: string;
  id: string;
}

/** Makes these requests, one after the other. @returns the local end of each */
export async function get(port: number, paths: Asked[], keepAlive: boolean): Promise<string[]> {
  const connection = connectionTo(port, keepAlive);
  const local = await connection.get(paths);
  connection.end();
  return local;
}

/** A client that has one connection at a time; it stays open between requests where it is kept. */
export const connectionTo = (port: number, keepAlive = true, options: AgentOptions = {}) => {
  const agent = new Agent({ keepAlive, maxSockets: 1, rejectUnauthorized: false, ...options });
  /** @returns a response whose body nobody has read yet */
  const begin = async ({ path, id }: Asked): Promise<IncomingMessage> => {
    const sent = request({ host: "127.0.0.1", port, path, agent, headers: { "x-request-id": id } });
    sent.end();
    const [response] = await once(sent, "response");
    return response;
  };
  return {
    begin,
    async get(paths: Asked[]): Promise<string[]> {
      const local: string[] = [];
      for (const asked of paths) {
        const response = await begin(asked);
        local.push(`127.0.0.1:${response.socket.localPort}`);
        response.resume();
        await once(response, "end");
      }
      return local;
    },
    end: () => agent.destroy(),
  };
};

export const numbered = (prefix: string, path: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ path, id: `${prefix}-${index}` }));
