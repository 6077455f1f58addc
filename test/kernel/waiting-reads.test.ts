import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { allOf, connectionTo, ids, numbered, peersOf, policyFor } from "../support/go-exchanges.js";
import { makeCertificate, startPythonServer } from "../support/https-servers.js";
import { pathOf, startKernelCapture } from "../support/kernel-capture.js";
import { buildWithBoringSsl } from "../support/matrix/boringssl-programs.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { startAttachedTrace } from "../support/trace.js";
import { until } from "../support/until.js";

/** Threads that wait in a read of TLS when the agent comes, and reads are seen from their entry on: what that one returns is seen, too. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const onOpenSsl = async () => {
  const executable = join(cleanup.folder(), "waiting-python");
  copyFileSync(PYTHON, executable);
  const { port, pid } = await startPythonServer(cleanup, executable);
  return { executable, port, pid };
};

const onBoringSsl = async () => {
  const executable = buildWithBoringSsl(cleanup, "boringssl-server");
  const { certificate, key } = makeCertificate(cleanup.folder());
  const program = startProgram(executable, [certificate, key]);
  cleanup.add(() => program.stop());
  return { executable, port: Number(await program.line()), pid: program.pid };
};

const CONNECTIONS = 3;

test.runIf(process.arch === "x64").each([
  ["openssl", onOpenSsl],
  ["boringssl", onBoringSsl],
])("a server on %s, with a thread for each connection", async (source, start) => {
  const { executable, port } = await start();
  const open = Array.from({ length: CONNECTIONS }, () => connectionTo(port));
  cleanup.add(() => {
    for (const each of open) each.end();
  });
  for (const each of open) await each.get(numbered("before", "/", 2));
  const trace = await startAttachedTrace(cleanup, policyFor(executable), { MASTHEAD_TLS_SEEN_AT: "call" });
  const requests = open.map((_, index) => numbered(`connection-${index}`, "/", 4));
  const ends = [];
  for (const [index, each] of open.entries()) ends.push(...(await each.get(requests[index] ?? [])));
  const seen = await allOf(trace, requests.flat().length);
  expect(ids(seen)).toEqual(requests.flat().map(({ id }) => id));
  expect(peersOf(seen, requests.flat())).toEqual(ends);
  for (const each of seen) {
    expect(each).toMatchObject({ source, role: "server", status: 200, tie: "nested_call", flags: undefined });
    expect(each.local).toBe(`127.0.0.1:${port}`);
  }
});

test.runIf(process.arch === "x64")("a server that no policy asked about before", async () => {
  const { port, pid } = await onOpenSsl();
  const connection = connectionTo(port);
  cleanup.add(() => connection.end());
  const paths: string[] = [];
  const { tables } = startKernelCapture(
    cleanup,
    (record, bytes) => {
      if (record.request && record.pid === pid) paths.push(pathOf(record, bytes));
    },
    { seenAt: "call" },
  );
  tables.apply(policySet(1, {}));
  await connection.get([{ path: "/before", id: "0" }]);
  tables.apply(policySet(2, { all: {} }));
  await connection.get(["/one", "/two"].map((path) => ({ path, id: path })));
  await until("both requests", () => paths.length === 2);
  expect(paths).toEqual(["/one", "/two"]);
});
