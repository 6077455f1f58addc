import { execFile } from "node:child_process";
import { copyFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { executableFileOf } from "@masthead/agent/attach/processes/running-executable";
import { policySet } from "@masthead/agent/testing/policies";
import { freeLoopbackPort } from "@masthead/infra/free-port";
import { type CoverageEntry, coverageEntrySchema } from "@masthead/shared/wire/heartbeat";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { coverageEntry } from "../support/coverage-entry.js";
import { startNginx, startPythonServer } from "../support/https-servers.js";
import { type KernelCapture, keptKernelCapture, startKernelCapture } from "../support/kernel-capture.js";
import { firstChildOf } from "../support/process-tree.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { until } from "../support/until.js";

/** What coverage says of processes by what they do: descriptors, policies, new programs, ends. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const kept = keptKernelCapture();

const ignore = () => {};
const EXEC_LOOP = fileURLToPath(new URL("../programs/exec-loop.sh", import.meta.url));

const entriesOf = ({ attachment }: KernelCapture): CoverageEntry[] => {
  attachment.scan();
  return attachment.coverage().entries;
};
const entryOf = ({ attachment }: KernelCapture, pid: number) => coverageEntry(attachment, pid);

/** A Python with a TCP socket that does what `lines` say, then waits for the end of its standard input. */
const startPython = async (lines: string[], ...args: string[]): Promise<Program> => {
  const listening = ["import socket, sys", "tcp = socket.create_server(('127.0.0.1', 0))"];
  const code = [...listening, ...lines, "print('ready', flush=True)", "sys.stdin.read()"].join("\n");
  const program = startProgram(PYTHON, ["-c", code, ...args]);
  cleanup.add(() => program.stop());
  await program.line();
  return program;
};

test("an io_uring, and a UDP socket at port 443, are noted", async () => {
  const capture = kept();
  const IO_URING_SETUP = 425;
  const uring = await startPython([
    "import ctypes",
    `assert ctypes.CDLL(None).syscall(${IO_URING_SETUP}, 8, ctypes.create_string_buffer(120)) >= 0`,
  ]);
  const udp = await startPython([
    "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "udp.connect(('127.0.0.1', 443))",
  ]);
  const plain = await startPython(["other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"]);
  const noted = (program: Program) => entryOf(capture, program.pid);
  expect(noted(uring)).toMatchObject({
    state: "not_captured",
    reason: "no_tls_library",
    notes: ["io_uring"],
  });
  expect(noted(udp)?.notes).toEqual(["quic: a UDP socket at port 443"]);
  expect(noted(plain)).not.toHaveProperty("notes");
});

test("where HTTP in clear is read, a process without TLS is captured, and of one with other TLS its clear part", async () => {
  const capture = startKernelCapture(cleanup, ignore, { clearText: true });
  const plain = await startPython([]);
  expect(entryOf(capture, plain.pid)).toMatchObject({
    ...{ state: "captured", runtime: "socket", link: "tracepoint" },
  });
  const { stripped } = buildStaticServer(cleanup);
  const server = await startStaticServer(cleanup, stripped);
  expect(entryOf(capture, server.pid)).toMatchObject({
    ...{ state: "not_captured", reason: expect.stringMatching(/^stripped/), notes: ["clear_text"] },
  });
});

test("connections that speak HTTP/2 are noted with the processes at both ends, which are captured otherwise", async () => {
  const capture = startKernelCapture(cleanup, ignore);
  capture.tables.apply(policySet(1, { all: {} }));
  const port = await freeLoopbackPort();
  const server = await startNginx(cleanup, { server: `listen 127.0.0.1:${port} ssl http2;` });
  const worker = await firstChildOf(server.pid);
  expect(entryOf(capture, worker)).not.toHaveProperty("notes");
  const url = `https://127.0.0.1:${port}/`;
  for (let connection = 0; connection < 2; connection += 1)
    await promisify(execFile)("curl", ["-q", "--silent", "--insecure", "--http2", "--fail", url]);
  expect(entryOf(capture, worker)).toMatchObject({
    state: "captured",
    runtime: "openssl",
    notes: ["http2: 2 connections"],
  });
  expect(entryOf(capture, server.pid)).not.toHaveProperty("notes");
});

test("what no policy asks about is excluded, until one does", async () => {
  const capture = startKernelCapture(cleanup, ignore);
  const server = await startPythonServer(cleanup);
  const executable = realpathSync(`/proc/${server.pid}/exe`);
  capture.tables.apply(policySet(1, { other: { targets: [{ executable: "/nowhere/else" }] } }));
  expect(entryOf(capture, server.pid)).toMatchObject({ state: "not_captured", reason: "excluded_by_policy" });
  capture.tables.apply(policySet(2, { port: { targets: [{ port: server.port }] } }));
  expect(entryOf(capture, server.pid)).toMatchObject({ state: "captured" });
  const file = executableFileOf(server.pid);
  if (file) capture.tables.addExecutable(file, executable);
  capture.tables.apply(policySet(3, { named: { targets: [{ executable }] } }));
  expect(entryOf(capture, server.pid)).toMatchObject({ state: "captured" });
});

test("a process whose library was replaced on disk, or removed, is captured as before", async () => {
  const capture = kept();
  const known = capture.attachment.libraries().find(({ cached }) => cached)?.path ?? "";
  const map = ["import ctypes", "ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)"];
  const [replaced, removed] = [
    join(cleanup.folder(), "libssl-00c0ffee.so.3"),
    join(cleanup.folder(), "libssl-00c0ffee.so.3"),
  ];
  for (const path of [replaced, removed]) copyFileSync(known, path);
  const programs = [await startPython(map, replaced), await startPython(map, removed)];
  const next = join(cleanup.folder(), "next");
  copyFileSync(known, next);
  renameSync(next, replaced);
  rmSync(removed);
  for (const program of programs)
    expect(entryOf(capture, program.pid)).toMatchObject({ state: "captured", runtime: "openssl" });
});

test("a process that becomes another program all the time has an entry that says something, and then none", async () => {
  const capture = kept();
  const shells = ["one", "two"].map((name) => join(cleanup.folder(), `${name}-shell`)) as [string, string];
  for (const shell of shells) copyFileSync(realpathSync("/bin/sh"), shell);
  const code = `import os, socket, sys
tcp = socket.create_server(('127.0.0.1', 0))
tcp.set_inheritable(True)
os.execv(sys.argv[1], [sys.argv[1], sys.argv[2], sys.argv[1], sys.argv[3]])`;
  const program = startProgram(PYTHON, ["-c", code, shells[0], EXEC_LOOP, shells[1]]);
  cleanup.add(() => program.stop("SIGKILL"));
  const seen = new Set<string>();
  let reports = 0;
  await until("a hundred reports of it, as two programs", () => {
    const entry = entryOf(capture, program.pid);
    if (!entry) return false;
    reports += 1;
    coverageEntrySchema.parse(entry);
    expect(["changing", "no_tls_library"]).toContain(entry.reason);
    seen.add(entry.executable);
    return reports > 100 && shells.every((shell) => seen.has(shell));
  });
  await program.stop("SIGKILL");
  expect(entryOf(capture, program.pid)).toBeUndefined();
});

test("processes that end while they are looked at are no failure", async () => {
  const capture = kept();
  const code = "import socket, ssl; s = socket.create_server(('127.0.0.1', 0))";
  const children = Array.from({ length: 24 }, () => startProgram(PYTHON, ["-c", code]));
  let left = children.length;
  for (const { ended } of children) void ended.then(() => (left -= 1));
  await until("the end of all", () => {
    for (const entry of entriesOf(capture)) coverageEntrySchema.parse(entry);
    return left === 0;
  });
  const pids = new Set(children.map(({ pid }) => pid));
  expect(entriesOf(capture).filter(({ pid }) => pids.has(pid))).toEqual([]);
});
