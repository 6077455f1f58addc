import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText } from "../support/clear-text.js";
import { curl } from "../support/curl.js";
import { addExecutables } from "../support/kernel-capture.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** A bystander's threads are known by their stacks in the kernel, which other threads and programs have after them. */

const SERVER = fileURLToPath(new URL("../programs/short-lived-threads.py", import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** @returns a program of this test alone: other tests run theirs on this host at the same time */
const copyOf = (program: string): string => {
  const copy = join(cleanup.folder(), basename(program));
  copyFileSync(program, copy);
  return copy;
};

/** From now on one program is a target, and no other. */
const captureOnly = (executable: string) => {
  const { seen, tables } = captureClearText(cleanup);
  expect(tables.apply(policySet(2, { only: { targets: [{ executable }] } })).ok).toBe(true);
  addExecutables(tables, executable);
  return seen;
};

/** @returns its port */
const startServer = async (python = PYTHON): Promise<number> => {
  const server = startProgram(python, [SERVER, copyOf("/bin/cat")]);
  cleanup.add(() => server.stop("SIGKILL"));
  return Number(await server.line());
};

test("a process that has the stack of a bystander that ended is seen from its first call on", async () => {
  const python = copyOf(PYTHON);
  const seen = captureOnly(python);
  const port = await startServer(python);
  const paths = Array.from({ length: 30 }, (_, index) => `/${index}`);
  for (const path of paths) await curl(port, [{ scheme: "http", path }]);
  const requests = () => seen.filter(({ what }) => what.startsWith("/")).map(({ what }) => what);
  await until("the last request", () => requests().includes(paths.at(-1) ?? ""));
  expect(requests()).toEqual(paths);
});

test("a bystander that becomes a target is seen from its first call on", async () => {
  const curlOfThisTest = copyOf("/usr/bin/curl");
  const seen = captureOnly(curlOfThisTest);
  const port = await startServer();
  const script = 'while read line; do :; done; exec "$0" --silent "$1"';
  const shell = promisify(execFile)("sh", ["-c", script, curlOfThisTest, `http://127.0.0.1:${port}/became`]);
  shell.child.stdin?.end("line\n".repeat(100));
  await shell;
  await until("the request and the answer", () => seen.length >= 2);
  expect(seen.map(({ role, what }) => `${role} ${what}`)).toEqual(["client /became", "client 204"]);
});
