import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
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

test.runIf(existsSync("/proc/sys/net/mptcp/enabled"))(
  "the figures of MPTCP, whose sockets are others than TCP's, are not told",
  async () => {
    const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
    const { server, client } = await runTimedExchanges(cleanup, seen, "multipath");
    expect(requestOf(server, "/multipath").known).toBe(0);
    expect(responseOf(server, "/multipath").known).toBe(TIMING_CPU);
    expect(responseOf(client, "/multipath").known).toBe(0);
  },
);

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

const ARRIVAL = "arrival_delay_ms";
const NETWORK = ["rtt_ms", "retransmits"];
const TIMINGS = [ARRIVAL, ...NETWORK, "thread_cpu_ms"];

test.runIf(TELLS_ARRIVALS).each([
  ["in clear", "http"],
  ["with TLS", "https"],
] as const)("Go %s: all but CPU time, since goroutines take turns on threads", async (_name, scheme) => {
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
  for (const [index, line] of trace.lines.entries()) {
    const { attributes } = exchangeItemSchema.parse(JSON.parse(line));
    expect(attributes["capture.source"]).toBe(scheme === "http" ? "socket" : "go");
    const found = TIMINGS.filter((name) => attributes[`capture.${name}`] !== undefined);
    // The first request on a connection may come with the end of the handshake.
    const isFirst = scheme === "https" && index <= paths.length;
    expect(isFirst ? found.filter((name) => name !== ARRIVAL) : found).toEqual(
      isFirst ? NETWORK : [ARRIVAL, ...NETWORK],
    );
  }
});
