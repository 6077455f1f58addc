import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RecordTiming } from "@masthead/agent/decode/record-enums";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { exchangeItemSchema } from "@masthead/shared/http/exchange-item";
import { afterEach, expect, test } from "vitest";
import { caddyfile } from "../support/caddyfile.js";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { listening } from "../support/go-programs.js";
import { makeCertificate } from "../support/https-servers.js";
import { TELLS_ARRIVALS } from "../support/kernel-release.js";
import { buildWithBoringSsl } from "../support/matrix/boringssl-programs.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { buildStaticServer } from "../support/static-server.js";
import { captureTimings, requestOf, responseOf, runTimedExchanges } from "../support/timed-exchanges.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

/** What is measured of which kind of program, and what is left out because it would not mean one thing (decision 0022). */

const { TIMING_ARRIVAL, TIMING_NETWORK, TIMING_CPU } = RecordTiming;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("a thread that serves HTTP/2 too says of no request any more what it did for it", async () => {
  const { seen } = captureTimings(cleanup, ["cpu"]);
  const { server } = await runTimedExchanges(cleanup, seen, "http2");
  expect(responseOf(server, "/before").known).toBe(TIMING_CPU);
  expect(responseOf(server, "/after").known).toBe(0);
});

test("nor do threads of a process in which one answers what another one read", async () => {
  const { seen } = captureTimings(cleanup, ["cpu"]);
  const { server } = await runTimedExchanges(cleanup, seen, "handed");
  expect(responseOf(server, "/before").known).toBe(TIMING_CPU);
  expect(responseOf(server, "/handed-over").known).toBe(0);
  expect(responseOf(server, "/after").known).toBe(0);
});

test("when the first of several messages of one call came is not known", async () => {
  const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
  const { server } = await runTimedExchanges(cleanup, seen, "messages");
  expect(requestOf(server, "/messages").known).toBe(0);
  expect(responseOf(server, "/messages").known).toBe(TIMING_NETWORK | TIMING_CPU);
});

const buildWithGnuTls = (binary: string): string => {
  const source = fileURLToPath(new URL("../programs/gnutls-server.c", import.meta.url));
  execFileSync("gcc", ["-O2", "-Wall", "-Werror", "-o", binary, source, "-lgnutls"]);
  return binary;
};

test.runIf(TELLS_ARRIVALS).each([
  ["GnuTLS", () => buildWithGnuTls(join(cleanup.folder(), "gnutls-server"))],
  ["BoringSSL", () => buildWithBoringSsl(cleanup, "boringssl-server")],
  ["OpenSSL inside the executable", () => buildStaticServer(cleanup).withSymbols],
])("TLS that reads from the socket itself, %s: all", async (_name, build) => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const server = startProgram(build(), [certificate, key]);
  cleanup.add(() => server.stop("SIGKILL"));
  const port = Number(await server.line());
  const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
  const paths = ["/1", "/2", "/3"];
  for (const path of paths) expect(await curl(port, [{ path }])).toEqual([200]);
  const heads = () => seen.filter(({ pid }) => pid === server.pid);
  await until("its end", () => heads().length === 6);
  for (const path of paths) {
    const request = requestOf(heads(), path);
    expect([path, request.known]).toEqual([path, TIMING_ARRIVAL]);
    expect(request.arrivalNs, path).toBeGreaterThan(0);
    const response = responseOf(heads(), path);
    expect([path, response.known]).toEqual([path, TIMING_NETWORK | TIMING_CPU]);
    expect(response.cpuNs, path).toBeGreaterThan(0);
    const tookNs = response.firstByteNs - request.firstByteNs;
    expect(response.cpuNs, path).toBeLessThanOrEqual(tookNs * 1.01 + 200_000);
  }
});

test.runIf(TELLS_ARRIVALS).each([
  ["Node", "node", ["memory-bio-server.mjs"]],
  ["asyncio", PYTHON, ["memory-bio-asyncio.py", "server"]],
])("TLS on memory BIOs, %s: all but the network", async (_name, command, [program = "", ...args]) => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const path = fileURLToPath(new URL(`../programs/${program}`, import.meta.url));
  const server = startProgram(command, [path, ...args, certificate, key]);
  cleanup.add(() => server.stop("SIGKILL"));
  const port = Number(await server.line());
  const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  cleanup.add(() => agent.destroy());
  const ask = async (path: string, whileItWaits?: (socket: Socket) => Promise<void>) => {
    const request = get({ host: "127.0.0.1", port, path, agent });
    const answered = once(request, "response");
    if (whileItWaits) await whileItWaits(request.socket ?? (await once(request, "socket"))[0]);
    const [response] = await answered;
    response.resume();
    await once(response, "end");
  };
  for (const path of ["/first", "/second", "/prompt"]) await ask(path);
  process.kill(server.pid, "SIGSTOP");
  let arrivedByNs = 0;
  await ask("/late", async ({ localPort }) => {
    await until("it to be at the server's socket", () => isWaiting(port, localPort));
    arrivedByNs = Number(process.hrtime.bigint());
    process.kill(server.pid, "SIGCONT");
  });
  const heads = (pid: number) => seen.filter((each) => each.pid === pid);
  await until("both ends", () => heads(server.pid).length === 8 && heads(process.pid).length === 8);
  for (const each of ["/prompt", "/late"]) {
    const request = requestOf(heads(server.pid), each);
    expect(request.known, each).toBe(TIMING_ARRIVAL);
    const sentNs = requestOf(heads(process.pid), each).firstByteNs;
    expect(request.arrivalNs, each).toBeLessThanOrEqual(request.firstByteNs - sentNs);
    expect(request.arrivalNs, each).toBeGreaterThanOrEqual(
      each === "/late" ? request.firstByteNs - arrivedByNs : 1,
    );
    const response = responseOf(heads(server.pid), each);
    expect(response.known, each).toBe(TIMING_CPU);
    expect(response.cpuNs, each).toBeGreaterThan(0);
    expect(response.cpuNs, each).toBeLessThanOrEqual(
      (response.firstByteNs - request.firstByteNs) * 1.01 + 200_000,
    );
  }
  expect(heads(process.pid).map(({ known }) => known)).toEqual(Array(8).fill(0));
});

/** Does this end of a connection over 127.0.0.1 hold bytes that its program has not read? proc(5). */
const isWaiting = (localPort: number, peerPort = 0): boolean => {
  const end = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((each) => each.includes(` ${end(localPort)} ${end(peerPort)} `));
  const [, waiting = "0"] = / [0-9A-F]{8}:([0-9A-F]{8}) /.exec(line ?? "") ?? [];
  return Number.parseInt(waiting, 16) > 0;
};

const TIMINGS = ["arrival_delay_ms", "rtt_ms", "retransmits", "thread_cpu_ms"];

test.runIf(TELLS_ARRIVALS).each([
  ["in clear: all but CPU time, since goroutines take turns on threads", "http", TIMINGS.slice(0, 3)],
  ["with TLS: the network", "https", ["rtt_ms", "retransmits"]],
] as const)("Go %s", async (_name, scheme, told) => {
  const folder = cleanup.folder();
  const executable = join(folder, "caddy");
  copyFileSync("/usr/bin/caddy", executable);
  const port = await freeLoopbackPort();
  const { certificate, key } = makeCertificate(folder);
  const directives = `${scheme === "http" ? "" : `tls ${certificate} ${key}\n  `}respond "ok"`;
  const config = join(folder, "Caddyfile");
  writeFileSync(config, caddyfile(folder, `${scheme}://127.0.0.1:${port}`, directives));
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const caddy = startProgram(executable, ["run", "--config", config, "--adapter", "caddyfile"], { env });
  cleanup.add(() => caddy.stop());
  await listening(port);
  const trace = await startAttachedTrace(cleanup, {
    targets: [{ executable }],
    timings: ["arrival", "network", "cpu"],
  });
  const paths = Array.from({ length: 10 }, (_, index) => `/${index}`);
  for (const path of paths) expect(await curl(port, [{ scheme, path }])).toEqual([200]);
  expect(
    await curl(
      port,
      paths.map((path) => ({ scheme, path })),
    ),
  ).toEqual(paths.map(() => 200));
  await until("exchanges", () => trace.lines.length === 2 * paths.length);
  for (const line of trace.lines) {
    const { attributes } = exchangeItemSchema.parse(JSON.parse(line));
    expect(attributes["capture.source"]).toBe(scheme === "http" ? "socket" : "go");
    expect(TIMINGS.filter((name) => attributes[`capture.${name}`] !== undefined)).toEqual(told);
  }
});
