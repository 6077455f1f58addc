import { fileURLToPath } from "node:url";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type CountingCapture, requestsOf, startCountingCapture } from "../support/counted.js";
import { curlMany } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { bpftool } from "../support/kernel-objects.js";
import { searchMaps } from "../support/map-search.js";
import { startProgram } from "../support/program.js";
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
  const calls = startProgram("python3", [CALLS]);
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
