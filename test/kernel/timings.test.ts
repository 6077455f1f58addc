import { fileURLToPath } from "node:url";
import { RecordRole, RecordTiming } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import type { Timing } from "@masthead/shared/policy/schema";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { until } from "../support/until.js";

/** What the kernel measures, beside what the measured program says of itself. */

const PROGRAM = fileURLToPath(new URL("../programs/timed-exchanges.py", import.meta.url));
const { TIMING_ARRIVAL, TIMING_NETWORK, TIMING_CPU } = RecordTiming;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Network {
  rttUs: number;
  retransmits: number;
}

/** What timed-exchanges.py says. */
interface Facts {
  path: string;
  arrival: [least: number, most: number];
  cpu: [least: number, most: number];
  network: [before: Network, after: Network];
}

interface Measured {
  pid: number;
  server: boolean;
  /** empty for a response */
  path: string;
  known: number;
  arrivalNs: number;
  cpuNs: number;
  network: Network;
}

const capture = (timings: Timing[], withoutPrograms: string[] = []) => {
  const seen: Measured[] = [];
  const { session, tables } = startKernelCapture(
    cleanup,
    (record, bytes) => {
      const { timings: known, arrivalDelayNs: arrivalNs, threadCpuNs: cpuNs, rttUs, retransmits } = record;
      seen.push({
        pid: record.pid,
        server: record.role === RecordRole.ROLE_SERVER,
        path: record.request ? pathOf(record, bytes) : "",
        ...{ known, arrivalNs, cpuNs, network: { rttUs, retransmits } },
      });
    },
    { clearText: true, withoutPrograms },
  );
  const applied = tables.apply(policySet(1, { all: timings.length === 0 ? {} : { timings } }));
  return { seen, session, tables, applied };
};

const EXCHANGES = 14;

/** Runs the program. @returns its facts, and by path what was measured of the request and the response of its server's end */
const speak = async (seen: Measured[]) => {
  const program = startProgram("python3", [PROGRAM]);
  cleanup.add(() => program.stop("SIGKILL"));
  program.send("speak");
  await program.line((line) => line === "done");
  const mine = (server: boolean) => seen.filter((each) => each.pid === program.pid && each.server === server);
  await until(
    "all messages",
    () => mine(true).length >= 2 * EXCHANGES && mine(false).length >= 2 * EXCHANGES,
  );
  program.send("end");
  const facts = program.lines.filter((line) => line !== "done").map((line) => JSON.parse(line) as Facts);
  return { facts, server: mine(true), client: mine(false) };
};

/** What was measured of the response that comes next after the request of this path; connections take turns in the program. */
const requestOf = (messages: Measured[], path: string): Measured => {
  const found = messages.find((each) => each.path === path);
  if (found === undefined) throw new Error(`${path} was not seen`);
  return found;
};
const responseOf = (messages: Measured[], path: string): Measured => {
  const after = messages.slice(messages.indexOf(requestOf(messages, path)) + 1);
  const found = after.find((each) => each.path === "");
  if (found === undefined) throw new Error(`no response to ${path} was seen`);
  return found;
};

test("what is measured agrees with what the program measures of itself", async () => {
  const { seen, applied } = capture(["arrival", "network", "cpu"]);
  expect(applied).toMatchObject({ ok: true, warnings: [] });
  const { facts, server, client } = await speak(seen);
  expect(facts.map(({ path }) => path)).toEqual([
    ...["/plain/1", "/plain/2", "/late", "/parts", "/busy", "/waits", "/sent-again", "/alone-again"],
  ]);
  for (const { path, arrival, cpu, network } of facts) {
    const request = requestOf(server, path);
    expect([path, request.known]).toEqual([path, TIMING_ARRIVAL]);
    expect(request.arrivalNs, path).toBeGreaterThanOrEqual(arrival[0]);
    expect(request.arrivalNs, path).toBeLessThanOrEqual(arrival[1]);
    const response = responseOf(server, path);
    expect([path, response.known]).toEqual([path, TIMING_CPU | TIMING_NETWORK]);
    // The scheduler's clock leaves out interrupts, and runs at its own rate: within a hundredth, and 0.2 ms.
    expect(response.cpuNs, path).toBeGreaterThanOrEqual(cpu[0] * 0.99 - 200_000);
    expect(response.cpuNs, path).toBeLessThanOrEqual(cpu[1] * 1.01 + 200_000);
    const rtts = network.map(({ rttUs }) => rttUs);
    expect(response.network.rttUs, path).toBeGreaterThanOrEqual(Math.min(...rtts));
    expect(response.network.rttUs, path).toBeLessThanOrEqual(Math.max(...rtts));
    expect(response.network.retransmits, path).toBe(network[0].retransmits);
    expect(responseOf(client, path).known, path).toBe(TIMING_NETWORK);
    expect(requestOf(client, path).known, path).toBe(0);
  }
  expect(responseOf(server, "/sent-again").network.retransmits).toBeGreaterThan(0);
});

test("what a thread did for several requests is said of none, and the next one alone has it again", async () => {
  const { seen } = capture(["cpu"]);
  const { server } = await speak(seen);
  const from = server.indexOf(requestOf(server, "/first-of-two"));
  expect(server.slice(from).map(({ path, known }) => [path, known])).toEqual([
    ["/first-of-two", 0],
    ["/second-of-two", 0],
    ["", 0],
    ["", 0],
    ["/alone-again", 0],
    ["", TIMING_CPU],
    ["/handed-over", 0],
    ["", 0],
  ]);
  const pipelined = server.indexOf(requestOf(server, "/pipelined/1"));
  expect(server.slice(pipelined, pipelined + 4).map(({ known }) => known)).toEqual([0, 0, 0, 0]);
});

test("nothing is measured where no policy asks, and what notes arrivals stands only as long as one does", async () => {
  const { seen, session, tables } = capture([]);
  const { server, client } = await speak(seen);
  expect([...server, ...client].every(({ known }) => known === 0)).toBe(true);
  const links = () => session.kernelIds().links.length;
  const before = links();
  tables.apply(policySet(2, { all: { timings: ["network", "cpu"] } }));
  expect(links()).toBe(before);
  tables.apply(policySet(3, { all: { timings: ["arrival"] } }));
  expect(links()).toBe(before + 2);
  tables.apply(policySet(4, { all: { timings: ["arrival", "cpu"] } }));
  expect(links()).toBe(before + 2);
  tables.apply(policySet(5, { all: {} }));
  expect(links()).toBe(before);
});

test("a kernel without the tracepoints has all but arrival, and says so", async () => {
  const { seen, session, applied } = capture(
    ["arrival", "network", "cpu"],
    ["arrival_note", "socket_send", "socket_receive"],
  );
  expect(session.info.programs).toContain("socket_syscall");
  expect(session.info.absent).toEqual([]);
  expect(applied).toMatchObject({ ok: true, warnings: [expect.stringContaining("arrival is not measured")] });
  const { server } = await speak(seen);
  expect(requestOf(server, "/late").known).toBe(0);
  expect(responseOf(server, "/late").known).toBe(TIMING_NETWORK | TIMING_CPU);
  const https = await startPythonServer(cleanup);
  expect(await curl(https.port, [{ path: "/tls" }])).toEqual([200]);
  const ofServer = () => seen.filter(({ pid, path }) => pid === https.pid && path === "");
  await until("a response", () => ofServer().length === 1);
  expect(ofServer()[0]?.known).toBe(TIMING_NETWORK | TIMING_CPU);
});

test("over TLS, too", async () => {
  const { seen } = capture(["arrival", "network", "cpu"]);
  const https = await startPythonServer(cleanup);
  const paths = ["/tls/1", "/tls/2", "/tls/3"];
  expect(
    await curl(
      https.port,
      paths.map((path) => ({ path })),
    ),
  ).toEqual([200, 200, 200]);
  const ofServer = () => seen.filter(({ pid }) => pid === https.pid);
  await until("all messages", () => ofServer().length === 6);
  for (const path of paths) {
    expect([path, requestOf(ofServer(), path).known]).toEqual([path, TIMING_ARRIVAL]);
    expect([path, responseOf(ofServer(), path).known]).toEqual([path, TIMING_NETWORK | TIMING_CPU]);
    expect(responseOf(ofServer(), path).network.rttUs).toBeGreaterThan(0);
    expect(requestOf(ofServer(), path).arrivalNs).toBeGreaterThan(0);
    expect(responseOf(ofServer(), path).cpuNs).toBeGreaterThan(0);
  }
});
