import { readFileSync, rmSync } from "node:fs";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { coverageEntry } from "../support/coverage-entry.js";
import { curl } from "../support/curl.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { until } from "../support/until.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** As Debian's Node and most programs of Go are linked: /proc/PID/maps pads such addresses, /proc/PID/map_files does not. */
const AT_LOW_ADDRESSES = ["-no-pie"];

test.each([
  ["anywhere", []],
  ["at low addresses", AT_LOW_ADDRESSES],
])("a program %s whose file is gone when the agent comes is captured", async (_, options) => {
  const { withSymbols } = buildStaticServer(cleanup, options);
  const server = await startStaticServer(cleanup, withSymbols);
  const maps = readFileSync(`/proc/${server.pid}/maps`, "utf8");
  if (options === AT_LOW_ADDRESSES) expect(maps).toMatch(/^00[0-9a-f]{6}-/);
  rmSync(withSymbols);
  const paths: string[] = [];
  const capture = startKernelCapture(cleanup, (record, bytes) => {
    if (record.request && record.pid === server.pid) paths.push(pathOf(record, bytes));
  });
  capture.tables.apply(policySet(1, { all: {} }));
  expect(await curl(server.port, [{ path: "/one" }, { path: "/two" }])).toEqual([200, 200]);
  await until("both requests", () => paths.length === 2);
  expect(paths).toEqual(["/one", "/two"]);
  expect(coverageEntry(capture.attachment, server.pid)).toMatchObject({
    state: "captured",
    runtime: "openssl",
  });
});
