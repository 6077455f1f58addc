import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Attachment } from "@masthead/agent/attach/attachment";
import { type CaptureSession, openSession } from "@masthead/agent/capture/native-session";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { RecordDecoder } from "@masthead/agent/decode/record-decoder";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type HttpsServer, startPythonServer } from "../support/https-servers.js";
import { until } from "../support/until.js";

/**
 * The kernel remembers with a thread that it is a target, and with a connection which items hold for it. Here one thread of
 * one server answers all requests, on one connection, while what was remembered becomes untrue.
 */

const OBJECT = fileURLToPath(new URL("../../bpf/build/masthead.bpf.o", import.meta.url));
const ELSEWHERE = { targets: [{ executable: "/nowhere/at-all" }] };
const ignore = () => {};
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let session: CaptureSession;
let home: string;
let attachment: Attachment;
let tables: PolicyTables;
let server: HttpsServer;
let agent: Agent;
let seen: string[];
let revision: number;

beforeEach(async () => {
  session = openSession({ objectPath: OBJECT, pollEveryMs: 2 });
  cleanup.add(() => session.close());
  home = cleanup.folder();
  mkdirSync(join(home, "run"));
  attachment = new Attachment({ session, homeDirectory: home, ownPids: [], scanEveryMs: 2 ** 30 });
  cleanup.add(() => attachment.stop());
  attachment.start();
  tables = new PolicyTables({ session, labels: {}, findExecutables: () => [] });
  server = await startPythonServer(cleanup);
  agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  cleanup.add(() => agent.destroy());
  seen = [];
  revision = 0;
  const decoder = new RecordDecoder({
    ...{ messageEnd: ignore, connectionEnd: ignore, malformed: ignore, process: ignore },
    message(record, bytes) {
      if (record.request && record.pid === server.pid)
        seen.push(bytes.buffer.toString("latin1", record.methodEnd, record.pathEnd));
    },
  });
  session.start((records, count) => decoder.decode(records, count));
  cleanup.add(() => session.stop());
});

const apply = (spec: object): void => {
  revision += 1;
  tables.apply(policySet(revision, { one: spec }));
};

/** On the one connection that there is. */
const get = async (path: string): Promise<void> => {
  const sent = request({ host: "127.0.0.1", port: server.port, path, agent });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "end");
};

/** All that was sent to the ring before is in `seen`. */
const settled = () =>
  until("the ring to be empty", () => {
    const { ringBytes, handoffBytes } = session.statistics();
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
  writeFileSync(join(home, "run", "part.pid"), `${server.pid}\n`);
  attachment.scan();
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
