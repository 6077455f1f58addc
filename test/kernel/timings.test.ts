import { RecordTiming } from "@masthead/agent/decode/record-enums";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { GO_PROGRAMS } from "../support/kernel-capture.js";
import { TELLS_ARRIVALS } from "../support/kernel-release.js";
import { captureTimings, requestOf, responseOf, runTimedExchanges } from "../support/timed-exchanges.js";
import { until } from "../support/until.js";

/** What the kernel measures, beside what the measured program says of itself. */

const { TIMING_ARRIVAL, TIMING_NETWORK, TIMING_CPU } = RecordTiming;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.runIf(TELLS_ARRIVALS)("what is measured agrees with what the program measures of itself", async () => {
  const { seen, applied } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
  expect(applied).toMatchObject({ ok: true, warnings: [] });
  const { facts, server, client } = await runTimedExchanges(cleanup, seen, "speak");
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
  const { seen } = captureTimings(cleanup, ["cpu"]);
  const { server } = await runTimedExchanges(cleanup, seen, "speak");
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

test("what a thread did while it was writing another request's response is said of none", async () => {
  const { seen } = captureTimings(cleanup, ["cpu"]);
  const { server } = await runTimedExchanges(cleanup, seen, "streamed");
  expect(server.map(({ path, known }) => [path, known])).toEqual([
    ["/streamed", 0],
    ["", TIMING_CPU],
    ["/beside", 0],
    ["", 0],
    ["/alone-again", 0],
    ["", TIMING_CPU],
  ]);
});

test.runIf(TELLS_ARRIVALS)(
  "nothing is measured where no policy asks, and what notes arrivals stands only as long as one does",
  async () => {
    const { seen, session, tables } = captureTimings(cleanup, []);
    const { server, client } = await runTimedExchanges(cleanup, seen, "speak");
    expect([...server, ...client].every(({ known }) => known === 0)).toBe(true);
    const links = () => session.kernelIds().links.length;
    // Whatever is asked, reads of TLS are seen at calls from now on.
    tables.apply(policySet(2, { all: { timings: ["network", "cpu"] } }));
    const before = links();
    tables.apply(policySet(3, { all: { timings: ["arrival"] } }));
    expect(links()).toBe(before + 2);
    tables.apply(policySet(4, { all: { timings: ["arrival", "cpu"] } }));
    expect(links()).toBe(before + 2);
    tables.apply(policySet(5, { all: { timings: ["network", "cpu"] } }));
    expect(links()).toBe(before);
    tables.apply(policySet(6, { all: {} }));
    expect(links()).toBe(before);
  },
);

test("a kernel without the tracepoints has all but arrival, and says so", async () => {
  const { seen, session, applied } = captureTimings(cleanup, ["arrival", "network", "cpu"], {
    withoutPrograms: ["arrival_note", "socket_send", "socket_receive"],
  });
  expect(session.info.programs).toContain("socket_syscall");
  expect(session.info.absent.map(({ program }) => program)).toEqual(GO_PROGRAMS);
  expect(applied).toMatchObject({ ok: true, warnings: [expect.stringContaining("arrival is not measured")] });
  const { server } = await runTimedExchanges(cleanup, seen, "speak");
  expect(requestOf(server, "/late").known).toBe(0);
  expect(responseOf(server, "/late").known).toBe(TIMING_NETWORK | TIMING_CPU);
  const https = await startPythonServer(cleanup);
  expect(await curl(https.port, [{ path: "/tls" }])).toEqual([200]);
  const ofServer = () => seen.filter(({ pid, path }) => pid === https.pid && path === "");
  await until("a response", () => ofServer().length === 1);
  expect(ofServer()[0]?.known).toBe(TIMING_NETWORK | TIMING_CPU);
});

test.runIf(TELLS_ARRIVALS)("over TLS, too", async () => {
  const { seen } = captureTimings(cleanup, ["arrival", "network", "cpu"]);
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
