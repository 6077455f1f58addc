import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Attachment } from "@masthead/agent/attach/attachment";
import { linkOffers } from "@masthead/agent/capture/native-programs";
import { type CaptureSession, openSession } from "@masthead/agent/capture/native-session";
import type { ProcessRecord } from "@masthead/agent/decode/end-records";
import { RecordDecoder } from "@masthead/agent/decode/record-decoder";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { counterOf } from "@masthead/agent/source/kernel-counters";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { coverageEntry } from "../support/coverage-entry.js";
import { curl } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { gone } from "../support/kernel-objects.js";
import { mountOverlay } from "../support/overlay.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Attachment with the real programs on this host's libraries and processes. */

const OWN_TLS_SERVER = fileURLToPath(new URL("../programs/own-tls-server.c", import.meta.url));

let cleanup: Cleanup;
/** Of all tests: to load it takes a second, to attach a moment. */
let session: CaptureSession;
let home: string;

const open = (): CaptureSession => openSession({ objectPath: BUILT_OBJECT, pollEveryMs: 2 });
beforeAll(() => {
  session = open();
});
afterAll(() => session.close());
beforeEach(() => {
  cleanup = new Cleanup();
  home = cleanup.folder();
  mkdirSync(join(home, "run"));
});
afterEach(() => cleanup.run());

/** Scans only when told to: nothing here depends on a timer. What this process starts is not taken for Masthead's own. */
const attach = (to: CaptureSession = session): Attachment => {
  const attachment = new Attachment({
    ...{ session: to, homeDirectory: home, ownPids: [] },
  });
  cleanup.add(() => attachment.stop());
  attachment.scan();
  return attachment;
};

const ignore = () => {};
const feed = (attachment: Attachment): { execs: ProcessRecord[]; exits: Set<number> } => {
  const execs: ProcessRecord[] = [];
  const exits = new Set<number>();
  const decoder = new RecordDecoder({
    ...{ message: ignore, messageEnd: ignore, connectionEnd: ignore, malformed: ignore },
    process: (record) => {
      if (record.kind === "exit") exits.add(record.pid);
      if (record.kind === "exec") execs.push(record);
      attachment.onProcess(record);
    },
  });
  session.start((records, count) => decoder.decode(records, count));
  cleanup.add(() => session.stop());
  return { execs, exits };
};

const hits = (): number => counterOf(session.counters(), "probe_hits");

test("the programs are loaded for the best link that the kernel makes", () => {
  expect(session.info.links).toEqual([linkOffers().find(({ offered }) => offered)?.kind]);
});

test("probes stand on the library of the loader's cache before any process maps it", async () => {
  const attachment = attach();
  const library = attachment.libraries().find(({ cached }) => cached);
  expect(library?.failure).toBeUndefined();
  expect(library?.sites.map((site) => site.function)).toEqual(expect.arrayContaining(["clear", "free"]));
  const before = hits();
  const server = await startPythonServer(cleanup);
  expect(await curl(server.port, [{ path: "/" }, { path: "/" }])).toEqual([200, 200]);
  expect(hits()).toBeGreaterThan(before);
});

test("a process that was there before is named when it is gone", async () => {
  const older = startProgram("/bin/cat", []);
  const attachment = attach();
  await older.stop();
  expect(attachment.processOf(older.pid)).toMatchObject({
    executableName: "cat",
    executablePath: expect.stringMatching(/\/bin\/cat$/),
  });
});

test("coverage says what is captured, what is not and why, and what is Masthead's own", async () => {
  const attachment = attach();
  const server = await startPythonServer(cleanup);
  attachment.scan();
  const entry = (pid: number) => coverageEntry(attachment, pid);
  expect(entry(server.pid)).toMatchObject({
    state: "captured",
    runtime: "openssl",
    link: `uprobe_${session.info.links[0]}`,
    executable: expect.stringContaining("python"),
    serviceName: expect.stringContaining("python"),
  });
  const plain = startProgram(PYTHON, [
    "-c",
    "import socket; s = socket.create_server(('127.0.0.1', 0)); print('listening', flush=True); input()",
  ]);
  cleanup.add(() => plain.stop());
  await plain.line();
  expect(entry(plain.pid)).toMatchObject({ state: "not_captured", reason: "no_tls_library" });
  const program = join(cleanup.folder(), "own-tls-server");
  execFileSync("cc", ["-rdynamic", "-o", program, OWN_TLS_SERVER]);
  const ownTls = startProgram(program, []);
  cleanup.add(() => ownTls.finish());
  await ownTls.line();
  expect(entry(ownTls.pid)).toMatchObject({ state: "captured", runtime: "openssl" });
  writeFileSync(join(home, "run", "server.pid"), `${server.pid}\n`);
  expect(entry(server.pid)).toMatchObject({ state: "self" });
});

test("what a pid file names is Masthead's own, with its children, those born later included", async () => {
  const fifo = join(home, "fifo");
  execFileSync("mkfifo", [fifo]);
  const first = `sh -c 'echo $$; read line < ${fifo}; true'`;
  const second = `sh -c 'echo $$; read line; true'`;
  const shell = startProgram("sh", ["-c", `${first}; ${second}; true`]);
  cleanup.add(() => shell.finish());
  const born = Number(await shell.line());
  writeFileSync(join(home, "run", "part.pid"), `${shell.pid}\n`);
  attach();
  const excluded = () =>
    session.tableKeys("excluded_processes").map((key) => Buffer.from(key).readUInt32LE());
  expect(excluded()).toEqual(expect.arrayContaining([shell.pid, born]));
  writeFileSync(fifo, "go on\n");
  const later = Number(await shell.line((line) => Number(line) !== born));
  expect(excluded()).toContain(later);
  expect(excluded()).not.toContain(born);
});

test("a library that no cache names is found in the process that maps it, also when its file was replaced", async () => {
  const attachment = attach();
  const cached = attachment.libraries().find((library) => library.cached);
  const folder = cleanup.folder();
  const copy = join(folder, "libssl-0123abcd.so.3");
  copyFileSync(cached?.path ?? "", copy);
  const program = `import ctypes, sys
ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
print("mapped", flush=True)
sys.stdin.read()`;
  const child = startProgram(PYTHON, ["-c", program, copy]);
  cleanup.add(() => child.stop());
  await child.line();
  renameSync(copy, `${copy}.old`);
  copyFileSync(cached?.path ?? "", copy);
  attachment.scan();
  const library = attachment.libraries().find((each) => each.pids.has(child.pid));
  expect(library?.cached).toBe(false);
  expect(library?.failure).toBeUndefined();
  expect(library?.linkIds.length).toBeGreaterThan(0);
  await child.finish();
  attachment.scan();
  expect(attachment.libraries().filter((each) => each.pids.has(child.pid))).toEqual([]);
});

test("containers of one image share the probed file: it is probed once, and both are captured", async () => {
  const attachment = attach();
  const cached = attachment.libraries().find((library) => library.cached);
  const folder = cleanup.folder();
  mkdirSync(join(folder, "image"));
  const name = "libssl-89abcdef.so.3";
  copyFileSync(cached?.path ?? "", join(folder, "image", name));
  const program =
    "import ctypes, sys; ctypes.CDLL(sys.argv[1]); print('mapped', flush=True); sys.stdin.read()";
  const containers: number[] = [];
  for (let container = 0; container < 2; container += 1) {
    const root = mountOverlay(cleanup, join(folder, "image"));
    const child = startProgram(PYTHON, ["-c", program, join(root, name)]);
    cleanup.add(() => child.finish());
    await child.line();
    containers.push(child.pid);
  }
  attachment.scan();
  const mapped = attachment.libraries().filter((library) => containers.some((pid) => library.pids.has(pid)));
  const own = mapped.filter((library) => !library.cached);
  expect(own.map((library) => [...library.pids].sort())).toEqual([containers.sort()]);
});

test("a process that lives some milliseconds has a name, and so has one that is gone", async () => {
  const attachment = attach();
  const { execs, exits } = feed(attachment);
  const { stdout } = await promisify(execFile)("sh", ["-c", "echo $$; exec /bin/true"]);
  const pid = Number(stdout);
  await until("the records of it", () => exits.has(pid));
  expect(execs.filter((record) => record.pid === pid)).toHaveLength(2);
  expect(attachment.processOf(pid)).toEqual(
    expect.objectContaining({
      pid,
      executableName: "true",
      executablePath: expect.stringMatching(/^(\/usr)?\/bin\/true$/),
    }),
  );
  expect(attachment.processOf(pid)).toBe(attachment.processOf(pid));
});

test("a process that was there before is named from /proc", () => {
  const attachment = attach();
  expect(attachment.processOf(process.pid)).toMatchObject({
    executablePath: process.execPath,
    executableName: "node",
    serviceName: expect.any(String),
  });
});

test("once stopped and closed, nothing that was loaded remains", async () => {
  const own = open();
  cleanup.add(() => own.close());
  const attachment = attach(own);
  const ids = own.kernelIds();
  expect(ids.links.length).toBeGreaterThan(4);
  attachment.stop();
  own.close();
  await gone(ids);
});
