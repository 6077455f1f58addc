import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo } from "../support/go-exchanges.js";
import { type HttpsServer, startPythonServer } from "../support/https-servers.js";
import { type KernelCapture, pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { until } from "../support/until.js";

/**
 * The kernel remembers with a thread that it is a target, and with a connection which items hold for it. Here one thread of
 * one server answers all requests, on one connection, while what was remembered becomes untrue.
 */

const ELSEWHERE = { targets: [{ executable: "/nowhere/at-all" }] };
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let capture: KernelCapture;
let server: HttpsServer;
let connection: ReturnType<typeof connectionTo>;
let seen: string[];
let revision: number;

beforeEach(async () => {
  seen = [];
  revision = 0;
  server = await startPythonServer(cleanup);
  capture = startKernelCapture(cleanup, (record, bytes) => {
    if (record.request && record.pid === server.pid) seen.push(pathOf(record, bytes));
  });
  connection = connectionTo(server.port);
  cleanup.add(() => connection.end());
});

const apply = (spec: object): void => {
  revision += 1;
  capture.tables.apply(policySet(revision, { one: spec }));
};

/** On the one connection that there is. */
const get = (path: string) => connection.get([{ path, id: path }]);

/** All that was sent to the ring before is in `seen`. */
const settled = () =>
  until("the ring to be empty", () => {
    const { ringBytes, handoffBytes } = capture.session.statistics();
    return ringBytes === 0 && handoffBytes === 0;
  });

test("a policy that asks for a process no more, and then again, holds from the next request on", async () => {
  apply({});
  await get("/first");
  apply(ELSEWHERE);
  await get("/not-asked-for");
  apply({});
  await get("/again");
  await until("the last request", () => seen.includes("/again"));
  expect(seen).toEqual(["/first", "/again"]);
});

test("a process that becomes Masthead's own is left alone from its next call on", async () => {
  apply({});
  await get("/first");
  await until("the first request", () => seen.includes("/first"));
  writeFileSync(join(capture.home, "run", "part.pid"), `${server.pid}\n`);
  capture.attachment.scan();
  await get("/own"); // what reads it has been waiting since before
  await get("/own-too");
  await settled();
  expect(seen).toContain("/first");
  expect(seen).not.toContain("/own-too");
});

test("a port is known with the first call of a connection", async () => {
  apply({ targets: [{ port: server.port, role: "server" }] });
  await get("/first");
  apply({ targets: [{ port: server.port + 1, role: "server" }] });
  await get("/other-port");
  apply({ targets: [{ port: server.port, role: "server" }] });
  await get("/again");
  await until("the last request", () => seen.includes("/again"));
  expect(seen).toEqual(["/first", "/again"]);
});
