import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import { RecordTiming } from "@masthead/agent/decode/record-enums";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startCaddy } from "../support/go-programs.js";
import { TELLS_ARRIVALS } from "../support/kernel-release.js";
import { startMemoryBioServer } from "../support/memory-bio-servers.js";
import { captureTimings, type Measured, requestOf, responseOf } from "../support/timed-exchanges.js";
import { until } from "../support/until.js";

/** Programs that receive ciphertext some time before its plaintext is seen: memory BIOs, and Go (decision 0022). */

const { TIMING_ARRIVAL, TIMING_NETWORK, TIMING_CPU } = RecordTiming;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Server {
  pid: number;
  port: number;
}

const inGo = async (): Promise<Server> => startCaddy(cleanup, await freeLoopbackPort());

/** Does this end of a connection over 127.0.0.1 hold bytes that its program has not read? proc(5). */
const isWaiting = (localPort: number, peerPort = 0): boolean => {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((each) => each.includes(` ${end(localPort)} ${end(peerPort)} `));
  const [, waiting = "0"] = / [0-9A-F]{8}:([0-9A-F]{8}) /.exec(line ?? "") ?? [];
  return Number.parseInt(waiting, 16) > 0;
};

/** Does no thread of it run any more? */
const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    /^State:\tT/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );

const goOn = (pid: number): void => {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
};

const headsOf = (seen: Measured[], pid: number): Measured[] => seen.filter((each) => each.pid === pid);

/** A stream that is no socket, so that Node hands ciphertext to the transport as to any other writer. */
const through = (transport: Socket): Duplex => {
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      transport.write(chunk);
      done();
    },
  });
  transport.on("data", (chunk) => stream.push(chunk));
  return stream;
};

/** A connection of Node's to a server, on which one request is sent after the other. @param joins records that are sent together are written by one call */
const connectTo = async ({ pid, port }: Server, seen: Measured[], joins = false) => {
  const transport = connectTcp({ host: "127.0.0.1", port, noDelay: true });
  cleanup.add(() => transport.destroy());
  await once(transport, "connect");
  const socket = connect({
    socket: joins ? through(transport) : transport,
    rejectUnauthorized: false,
  });
  await once(socket, "secureConnect");
  socket.resume();
  cleanup.add(() => goOn(pid));
  /** Each part becomes one record. */
  const send = async (parts: string[]) => {
    if (joins) transport.cork();
    await Promise.all(parts.map((part) => new Promise((resolve) => socket.write(part, resolve))));
    if (joins) transport.uncork();
  };
  const answers = () => headsOf(seen, pid).filter(({ path }) => path === "").length;
  return {
    /** Sends a request in these parts, and waits for the answer. */
    async ask(...parts: string[]): Promise<void> {
      const before = answers();
      await send(parts);
      await until("an answer", () => answers() > before);
    },
    /** The server stands still until all of it is there. @returns when it went on, by CLOCK_MONOTONIC */
    async askWhileItStands(...parts: string[]): Promise<number> {
      const before = answers();
      let wentOnNs = 0;
      process.kill(pid, "SIGSTOP");
      try {
        await until("it to stand still", () => isStopped(pid));
        await send(parts);
        await until("it to be at the server's socket", () => isWaiting(port, transport.localPort));
        wentOnNs = Number(process.hrtime.bigint());
      } finally {
        goOn(pid);
      }
      await until("an answer", () => answers() > before);
      return wentOnNs;
    },
  };
};

/** All of a request's head but the empty line at its end. */
const head = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n`;
const request = (path: string): string => `${head(path)}\r\n`;

test.each([
  ["Node", () => startMemoryBioServer(cleanup, "node"), TIMING_NETWORK | TIMING_CPU],
  ["asyncio", () => startMemoryBioServer(cleanup, "asyncio"), TIMING_NETWORK | TIMING_CPU],
  ["Go", inGo, TIMING_NETWORK],
] as const)(
  "%s: when a request came, and how the network was at its response",
  async (_, start, ofResponse) => {
    const server = await start();
    const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"], { go: true });
    const connection = await connectTo(server, seen);
    for (const path of ["/first", "/second", "/prompt"]) await connection.ask(request(path));
    const wentOnNs = await connection.askWhileItStands(request("/late"));
    const ofServer = headsOf(seen, server.pid);
    await until("the client's end", () => headsOf(seen, process.pid).length === 8);
    const ofClient = headsOf(seen, process.pid);
    for (const path of ["/prompt", "/late"]) {
      const asked = requestOf(ofServer, path);
      expect(asked.known, path).toBe(TELLS_ARRIVALS ? TIMING_ARRIVAL : 0);
      const leastNs = path === "/late" ? asked.firstByteNs - wentOnNs : 1;
      const mostNs = asked.firstByteNs - requestOf(ofClient, path).firstByteNs;
      if (TELLS_ARRIVALS) expect(asked.arrivalNs, path).toBeGreaterThanOrEqual(leastNs);
      expect(asked.arrivalNs, path).toBeLessThanOrEqual(mostNs);
      const answer = responseOf(ofServer, path);
      expect(answer.known, path).toBe(ofResponse);
      if (ofResponse & TIMING_CPU) expect(answer.cpuNs, path).toBeGreaterThan(0);
      const tookNs = answer.firstByteNs - asked.firstByteNs;
      expect(answer.cpuNs, path).toBeLessThanOrEqual(tookNs * 1.01 + 200_000);
      // The client is Node, on memory BIOs too.
      const read = responseOf(ofClient, path);
      expect([requestOf(ofClient, path).known, read.known], path).toEqual([0, TIMING_NETWORK]);
      for (const { network } of [answer, read]) expect(network.rttUs, path).toBeGreaterThan(0);
    }
  },
);

const ODD = [head("/odd"), "\r\n"];
const LONG = [`${head("/odd")}cookie: ${"a".repeat(12_000)}\r\n\r\n`];

test.runIf(TELLS_ARRIVALS).each([
  ["two records that came at once: told", ODD, true, TIMING_ARRIVAL],
  ["two records that came one after the other: not told", ODD, false, 0],
  ["one record in several receives: not told", LONG, false, 0],
] as const)("a request that Go received as %s; and the next one is", async (_, parts, joins, known) => {
  const server = await inGo();
  const { seen } = captureTimings(cleanup, ["arrival"], { go: true });
  const { askWhileItStands } = await connectTo(server, seen, joins);
  for (const path of ["/1", "/2"]) await askWhileItStands(request(path));
  const wentOnNs = await askWhileItStands(...parts);
  await askWhileItStands(request("/3"));
  const heads = headsOf(seen, server.pid);
  const told = ["/2", "/odd", "/3"].map((path) => requestOf(heads, path).known);
  expect(told).toEqual([TIMING_ARRIVAL, known, TIMING_ARRIVAL]);
  const odd = requestOf(heads, "/odd");
  if (known) expect(odd.arrivalNs).toBeGreaterThanOrEqual(odd.firstByteNs - wentOnNs);
});
