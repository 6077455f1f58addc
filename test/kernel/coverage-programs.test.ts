import { closeSync, copyFileSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { withFile } from "@masthead/agent/attach/elf/byte-source";
import { ElfFile } from "@masthead/agent/attach/elf/elf-file";
import { recordBuild } from "@masthead/agent/attach/sites/known-build-sites";
import type { KnownBuilds } from "@masthead/agent/attach/sites/known-builds";
import { HOSTS_OPENSSL } from "@masthead/agent/testing/openssl-libraries";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { coverageEntry, reportedEntry } from "../support/coverage-entry.js";
import { curl } from "../support/curl.js";
import {
  type KernelCapture,
  keptKernelCapture,
  pathOf,
  startKernelCapture,
} from "../support/kernel-capture.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { buildStaticServer, startStaticServer } from "../support/static-server.js";
import { until } from "../support/until.js";

/** What coverage says of programs that carry their TLS inside. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const kept = keptKernelCapture();

const ignore = () => {};
const entryOf = ({ attachment }: KernelCapture, pid: number) => coverageEntry(attachment, pid);

const overwrite = (path: string, bytes: Uint8Array, at: number): void => {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
};

test("OpenSSL inside a program is captured where there are symbols, and `stripped` where there are none", async () => {
  const capture = kept();
  const { withSymbols, stripped } = buildStaticServer(cleanup);
  const open = await startStaticServer(cleanup, withSymbols);
  const closed = await startStaticServer(cleanup, stripped);
  expect(entryOf(capture, open.pid)).toMatchObject({
    state: "captured",
    runtime: "openssl",
    link: `uprobe_${capture.session.info.links[0]}`,
    site: expect.stringMatching(/^(emulated|single_step)$/),
  });
  const buildId = withFile(stripped, (source) => new ElfFile(source).buildId);
  expect(buildId).toMatch(/^[0-9a-f]{40}$/);
  expect(entryOf(capture, closed.pid)).toMatchObject({
    executable: stripped,
    state: "not_captured",
    reason: `stripped: OpenSSL, build ${buildId}`,
  });
});

test("a stripped build that the table knows is captured, and refused when its code is other than recorded", async () => {
  const { withSymbols, stripped } = buildStaticServer(cleanup);
  const [id, build] = withFile(withSymbols, (source) => recordBuild(new ElfFile(source)));
  const knownBuilds: KnownBuilds = new Map([[id, build]]);
  const paths: string[] = [];
  const capture = startKernelCapture(
    cleanup,
    (record, bytes) => {
      if (record.request && record.pid === known.pid) paths.push(pathOf(record, bytes));
    },
    { knownBuilds },
  );
  const known = await startStaticServer(cleanup, stripped);
  expect(entryOf(capture, known.pid)).toMatchObject({ state: "captured", runtime: "openssl" });
  capture.tables.apply(policySet(1, { all: {} }));
  expect(await curl(known.port, [{ path: "/one" }, { path: "/two" }])).toEqual([200, 200]);
  await until("both requests", () => paths.length === 2);
  expect(paths).toEqual(["/one", "/two"]);

  // One byte of SSL_free's 24th: the program runs as before, the build id is the same, and the code is not.
  const changed = join(cleanup.folder(), "changed-server");
  copyFileSync(stripped, changed);
  const free = build.functions.find(({ name }) => name === "SSL_free");
  const at = withFile(stripped, (source) => new ElfFile(source).fileOffset(free?.address ?? 0)) + 24;
  overwrite(changed, Buffer.of((readFileSync(stripped)[at] ?? 0) ^ 1), at);
  const impostor = await startStaticServer(cleanup, changed);
  expect(entryOf(capture, impostor.pid)).toMatchObject({
    state: "not_captured",
    reason: `unknown_build: build ${id} is known, and has other code`,
  });
  expect(capture.attachment.libraries().some(({ pids }) => pids.has(impostor.pid))).toBe(false);
});

const CLEAR_SERVER =
  "import socket; s = socket.create_server(('127.0.0.1', 0)); print('listening', flush=True); input()";
test("a program whose headers claim what is not there runs, and has a reason", async () => {
  const capture = kept();
  const hostile = join(cleanup.folder(), "hostile-python");
  copyFileSync(PYTHON, hostile);
  // The kernel reads no section headers, so it runs all the same.
  const sectionsAt = Buffer.alloc(8);
  sectionsAt.writeBigUInt64LE(2n ** 52n);
  overwrite(hostile, sectionsAt, 40);
  const program = startProgram(hostile, ["-c", CLEAR_SERVER]);
  cleanup.add(() => program.stop());
  await program.line();
  expect(entryOf(capture, program.pid)).toMatchObject({
    state: "not_captured",
    reason: expect.stringMatching(/^unreadable_program: .*beyond the end/),
  });
});

/** A server in clear that maps this library as code. */
const startMapping = async (library: string): Promise<Program> => {
  const program = startProgram(PYTHON, [
    "-c",
    `import mmap, sys; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC); ${CLEAR_SERVER}`,
    library,
  ]);
  cleanup.add(() => program.stop());
  await program.line();
  return program;
};

test.each([
  [true, { state: "captured", runtime: "socket" }],
  [false, { state: "not_captured", reason: "unsupported_tls" }],
])("TLS inside a library of another name is noted (HTTP in clear read: %s)", async (clearText, expected) => {
  const capture = startKernelCapture(cleanup, ignore, { clearText });
  const library = join(cleanup.folder(), "_transport.abi3.so");
  copyFileSync(HOSTS_OPENSSL, library);
  const program = await startMapping(library);
  const [entry] = await until("its libraries to be read", () => {
    const reported = reportedEntry(capture.attachment, program.pid);
    return reported?.reason !== "not_read_yet" && reported?.notes !== undefined && [reported];
  });
  expect(entry).toMatchObject({ ...expected, notes: ["unsupported_tls: OpenSSL in _transport.abi3.so"] });
});

test("a library whose headers claim what is not there has a reason", async () => {
  const capture = kept();
  const library = join(cleanup.folder(), "libssl-0badc0de.so.3");
  const known = capture.attachment.libraries().find(({ cached }) => cached);
  writeFileSync(library, readFileSync(known?.path ?? "").subarray(0, 4096));
  const program = await startMapping(library);
  expect(entryOf(capture, program.pid)).toMatchObject({
    state: "not_captured",
    reason: expect.stringMatching(/^attach_failed: .*beyond the end/),
  });
});

test("a large program is read over several reports, and TLS of another implementation is named", async () => {
  // Of its own: another one may have read that program before.
  const capture = startKernelCapture(cleanup, ignore);
  const folder = cleanup.folder();
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", disk = (path = ${JSON.stringify(folder)}))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const binary = createRequire(import.meta.url)("workerd").default as string;
  const program = startProgram(binary, ["serve", join(folder, "config.capnp")]);
  cleanup.add(() => program.stop());
  const seen: (string | undefined)[] = [];
  await until("workerd's reason", () => {
    seen.push(reportedEntry(capture.attachment, program.pid)?.reason);
    return seen.at(-1)?.startsWith("unsupported_tls");
  });
  expect(seen.at(-1)).toBe("unsupported_tls: rustls");
  expect(seen).toContain("not_read_yet");
});
