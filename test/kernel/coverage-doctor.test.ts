import { examineHost } from "@masthead/agent/doctor/doctor-report";
import { doctorText } from "@masthead/agent/doctor/doctor-text";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { startPythonServer } from "../support/https-servers.js";
import { startProgram } from "../support/program.js";

/** What doctor says of the processes of this host. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/**
 * A Python that this process did not start, as far as its parents tell: what it starts itself is Masthead's own while
 * doctor looks. It ends with the shell's standard input.
 */
const startElsewhere = async (code: string): Promise<{ child: number }> => {
  const shell = 'exec 3<&0; (python3 -c "$1" <&3 &); exec cat > /dev/null';
  const program = startProgram("sh", ["-c", shell, "sh", code]);
  cleanup.add(() => program.finish());
  return { child: Number(await program.line()) };
};
const LISTENING = "import os, socket, sys; tcp = socket.create_server(('127.0.0.1', 0))";
const UNTIL_STDIN_ENDS = "print(os.getpid(), flush=True); sys.stdin.read()";

test("a table says of each process whether it is captured, those first that are not", async () => {
  const plain = await startElsewhere(`${LISTENING}; ${UNTIL_STDIN_ENDS}`);
  const tls = await startElsewhere(`import ssl; ${LISTENING}; ${UNTIL_STDIN_ENDS}`);
  const own = await startPythonServer(cleanup);
  const report = examineHost({ objectPath: BUILT_OBJECT, homeDirectory: cleanup.folder() });
  const entry = (pid: number) => report.coverage.find((each) => each.pid === pid);
  expect(entry(plain.child)).toMatchObject({ state: "not_captured", reason: "no_tls_library" });
  expect(entry(tls.child)).toMatchObject({ state: "captured", runtime: "openssl" });
  expect(entry(own.pid)).toMatchObject({ state: "self" });
  const lines = doctorText(report).split("\n");
  const lineOf = (pid: number) => lines.findIndex((line) => line.trim().startsWith(`${pid} `));
  expect(
    lines.some((line) => /^Processes with a TCP socket: \d+ captured, \d+ not \(.*\), \d+ Mast/.test(line)),
  ).toBe(true);
  expect(lines[lineOf(tls.child)]).toMatch(/ captured +openssl +uprobe_\w+ +(emulated|single_step)/);
  expect(lines[lineOf(plain.child)]).toMatch(/ not captured +no_tls_library$/);
  expect(lineOf(plain.child)).toBeLessThan(lineOf(tls.child));
  expect(lineOf(tls.child)).toBeLessThan(lineOf(own.pid));
});

test("where nothing can be captured, each process says so", async () => {
  const plain = await startElsewhere(`${LISTENING}; ${UNTIL_STDIN_ENDS}`);
  const report = examineHost({ objectPath: "/nowhere/masthead.bpf.o", homeDirectory: cleanup.folder() });
  expect(report.canCapture).toBe(false);
  const found = report.checks.find(({ name }) => name === "programs")?.found;
  expect(report.coverage.find(({ pid }) => pid === plain.child)).toMatchObject({
    state: "not_captured",
    reason: `not_capturing: ${found}`.slice(0, 256),
  });
  expect(report.coverage.every(({ state }) => state !== "captured")).toBe(true);
});
