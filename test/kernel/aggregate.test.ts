import { fileURLToPath } from "node:url";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type CountingCapture, requestsOf, startCountingCapture } from "../support/counted.js";
import { curlMany } from "../support/curl.js";
import { startCaddy } from "../support/go-programs.js";
import { startPythonServer } from "../support/https-servers.js";
import { bpftool } from "../support/kernel-objects.js";
import { searchMaps } from "../support/map-search.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Exchanges of policies with `aggregate: true` are counted in the kernel. */

const CALLS = fileURLToPath(new URL("../programs/clear-text-calls.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SECRET = "Bearer canary-of-alice-that-no-map-may-hold";
const TENANTS = ["acme", "globex", "initech"];
const SPEC = {
  aggregate: true,
  tenant: [{ header: "x-client" }],
  dimensions: ["x-model"],
};

const taken = async (capture: CountingCapture, exchanges: number): Promise<void> => {
  await until(`${exchanges} exchanges counted`, () => capture.counter("aggregated") >= exchanges);
  capture.series.take();
};

/** Where the secret is in a map; that of threads is left out, since none may be left that has a value. */
const findsInMaps = ({ session }: CountingCapture) => {
  const maps = session
    .kernelIds()
    .maps.filter((id) => (bpftool("map", "show", "id", String(id)) as { name: string }).name !== "threads");
  const { finds, searched } = searchMaps(maps, ["canary-of-alice"]);
  expect(searched).toEqual(
    expect.arrayContaining(["series_0", "series_1", "open_exchanges", "aggregate_areas"]),
  );
  return finds;
};

test("a TLS server and its clients: counts are exact by tenant, nothing is sent, and no map holds a secret", async () => {
  const capture = startCountingCapture(cleanup);
  const server = await startPythonServer(cleanup);
  const { tables, counted, sent } = capture;
  expect(tables.apply(policySet(1, { all: { ...SPEC, targets: [{ port: server.port }] } }))).toMatchObject({
    ok: true,
    warnings: [],
  });
  const statuses = await curlMany(server.port, 300, 4, (index) => ({
    path: `/v1/orders?token=${SECRET.slice(7)}`,
    headers: {
      authorization: SECRET,
      cookie: `session=${SECRET.slice(7)}`,
      "x-client": TENANTS[index % 3] ?? "",
      "x-model": "large",
      "x-unnamed": SECRET,
    },
  }));
  expect(statuses).toEqual(Array(300).fill(200));
  await until("600 exchanges counted", () => capture.counter("aggregated") >= 600);
  expect(findsInMaps(capture)).toEqual([]);
  capture.series.take();
  expect(capture.counter("captured")).toBe(600);
  expect(sent).toEqual([]);
  for (const role of ["server", "client"] as const)
    for (const tenant of TENANTS)
      expect(requestsOf(counted, (each) => each.role === role && each.tenant === tenant)).toBe(100);
  for (const each of counted) {
    expect(each).toMatchObject({
      ...{ method: "GET", path: "/v1/orders", status: 200, errors: 0 },
      dimensions: { "x-model": "large" },
    });
    expect(each.latencies).toBe(each.requests);
    expect(each.requestBytes).toBeGreaterThan(100 * each.requests);
  }
  // What was taken is not there a second time.
  const before = counted.length;
  capture.series.take();
  capture.series.take();
  expect(counted).toHaveLength(before);
  expect(findsInMaps(capture)).toEqual([]);
});

test("HTTP in clear, by every form of call: the same requests as are told where nobody aggregates", async () => {
  const capture = startCountingCapture(cleanup, { clearText: true });
  const { tables, counted, sent } = capture;
  tables.apply(policySet(1, { all: { aggregate: true } }));
  const calls = startProgram(PYTHON, [CALLS]);
  cleanup.add(() => calls.stop("SIGKILL"));
  calls.send("speak");
  await calls.line((line) => line === "done");
  const forms = calls.lines.filter((line) => line !== "done");
  await taken(capture, forms.length * 4);
  const mine = counted.filter(({ pid }) => pid === calls.pid);
  // What is a number in a path is folded.
  for (const form of forms)
    for (const index of [1, 2])
      for (const role of ["server", "client"])
        expect(
          requestsOf(
            mine,
            (each) => each.path === `/${form}/0` && each.role === role && each.status === 200 + index,
          ),
        ).toBe(1);
  expect(sent.filter((each) => each.startsWith(`${calls.pid} `))).toEqual([]);
  calls.send("end");
});

test("a Go server, and its own requests over TLS", async () => {
  const capture = startCountingCapture(cleanup, { go: true });
  const { tables, counted, sent } = capture;
  const upstream = await startPythonServer(cleanup);
  const caddy = await startCaddy(cleanup, upstream.port);
  capture.attachment.scan();
  const targets = [
    { port: caddy.port, role: "server" as const },
    { port: upstream.port, role: "client" as const },
  ];
  tables.apply(policySet(1, { all: { aggregate: true, targets } }));
  const paths = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? "/here" : "/up/there"));
  expect(await curlMany(caddy.port, 20, 2, (index) => ({ path: paths[index] ?? "" }))).toEqual(
    Array(20).fill(200),
  );
  await taken(capture, 30);
  expect(requestsOf(counted, ({ role, path }) => role === "server" && path === "/here")).toBe(10);
  expect(requestsOf(counted, ({ role, path }) => role === "server" && path === "/up/there")).toBe(10);
  expect(requestsOf(counted, ({ role, path }) => role === "client" && path === "/up/there")).toBe(10);
  expect(sent).toEqual([]);
});

test("where the maps are full, the others are sent: together they are all, once", async () => {
  const capture = startCountingCapture(cleanup, { mapEntries: { series_0: 3, series_1: 3 } });
  const server = await startPythonServer(cleanup);
  const { tables, counted, sent } = capture;
  tables.apply(policySet(1, { all: { aggregate: true, targets: [{ port: server.port, role: "server" }] } }));
  await curlMany(server.port, 100, 2, (index) => ({ path: `/${"abcdefghij"[index % 10]}` }));
  const told = () => requestsOf(counted, () => true);
  await until("100 exchanges", () => {
    capture.series.take();
    return told() >= 100;
  });
  expect(told()).toBe(100);
  expect(capture.counter("aggregated")).toBeLessThan(100);
  for (const letter of "abcdefghij")
    expect(requestsOf(counted, ({ path }) => path === `/${letter}`)).toBe(10);
  expect(sent).toEqual([]);
});

test("an exchange is counted or told by the policy that governs it, whatever others do, and over a live change", async () => {
  const capture = startCountingCapture(cleanup);
  const server = await startPythonServer(cleanup);
  const { tables, counted, sent } = capture;
  const targets = [{ port: server.port }];
  const send = (count: number) => curlMany(server.port, count, 1, () => ({ path: "/r" }));
  tables.apply(
    policySet(1, {
      counts: { priority: 2, aggregate: true, targets: [{ port: server.port, role: "server" }] },
      tells: { priority: 1, targets },
    }),
  );
  await send(10);
  await until("10 told", () => sent.length >= 20);
  expect(tables.apply(policySet(2, { tells: { targets } }))).toMatchObject({ ok: true });
  await send(5);
  await until("as many again", () => sent.length >= 40);
  expect(tables.apply(policySet(3, { counts: { aggregate: true, targets } }))).toMatchObject({ ok: true });
  await send(7);
  await taken(capture, 10 + 14);
  expect(sent).toHaveLength(40);
  expect(requestsOf(counted, ({ role }) => role === "server")).toBe(17);
  expect(requestsOf(counted, ({ role }) => role === "client")).toBe(7);
});
