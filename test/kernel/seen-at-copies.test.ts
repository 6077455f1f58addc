import { once } from "node:events";
import { copyFileSync, readFileSync, realpathSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { notesReads } from "@masthead/agent/attach/libraries/library-probes";
import { policySet } from "@masthead/agent/testing/policies";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo } from "../support/go-exchanges.js";
import { makeCertificate, startPrintingServer } from "../support/https-servers.js";
import {
  addExecutables,
  headOf,
  type KernelCaptureOptions,
  type SeenHead,
  startKernelCapture,
} from "../support/kernel-capture.js";
import { askOnce, buildOpensslServer } from "../support/openssl-server.js";
import { startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Reads of OpenSSL are seen where it copies them, as long as that tells what is asked. */

const SOURCE = fileURLToPath(new URL("../programs/ways-to-read-server.c", import.meta.url));

/** Makes requests to which nothing comes, as often as each line of its input says. */
const UNANSWERED = `
import socket, ssl, sys
context = ssl._create_unverified_context()
for line in sys.stdin:
    for _ in range(int(line)):
        with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])))) as connection:
            connection.sendall(b"GET / HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n")
            try:
                connection.recv(100)
            except OSError:
                pass
    print(line.strip(), "done", flush=True)
`;

const built = new Cleanup();
const cleanup = new Cleanup();
let executable: string;
beforeAll(() => {
  executable = buildOpensslServer(built.folder(), SOURCE);
});
afterEach(() => cleanup.run());
afterAll(() => built.run());

const startServer = (way: string) => startPrintingServer(cleanup, [executable], way);

/** Nothing else on this host changes what stands on its OpenSSL. */
const only = (path: string, timings: "network"[] = []) =>
  policySet(1, { all: { targets: [{ executable: path }], ...(timings.length > 0 && { timings }) } });

/** Heads of one process, the only one that a policy asks about, and what stands on its OpenSSL. */
const capture = (pid: () => number, options: KernelCaptureOptions = {}) => {
  const seen: SeenHead[] = [];
  const started = startKernelCapture(
    cleanup,
    (record, bytes) => {
      if (record.pid !== pid()) return;
      seen.push(headOf(record, bytes));
    },
    { seenAt: "copy", ...options },
  );
  const running = realpathSync(`/proc/${pid()}/exe`);
  addExecutables(started.tables, running);
  started.tables.apply(only(running));
  const library = () => started.attachment.libraries().find(({ pids }) => pids.has(pid()));
  return { ...started, seen, notes: () => library() !== undefined && notesReads(library() as never) };
};

const ask = (port: number, paths: string[]) => askOnce(cleanup, port, paths);

const heads = (paths: string[], port: number, client: number) =>
  paths.flatMap((path) => [path, "200"].map((what) => ({ what, ports: [port, client] })));

describe.runIf(process.arch === "x64")("a server on OpenSSL", () => {
  const PATHS = ["/one", "/two", "/three"];

  test.each([
    ["reads from a socket (fd)", "fd", {}],
    ["reads from a socket (peek)", "peek", {}],
    ["reads from a socket (bytes)", "bytes", {}],
    ["moves ciphertext itself (bio): a handshake tells its socket", "bio", { clearText: true }],
    ["moves ciphertext itself (memory): a handshake tells its socket", "memory", { clearText: true }],
  ])("that %s", async (_, way, options) => {
    const { program, port } = await startServer(way);
    const { seen, notes, attachment, session } = capture(() => program.pid, options);
    for (const path of ["/first", "/second"]) {
      const before = seen.length;
      const paths = [path, ...PATHS];
      const client = await ask(port, paths);
      await until("all heads", () => seen.length - before >= 2 * paths.length);
      expect(seen.slice(before)).toEqual(heads(paths, port, client));
      attachment.scan();
      expect(notes()).toBe(session.info.seenAt === "call");
    }
  });

  test.each([
    // What is written after the first response tells the socket to which its request was not known to come.
    ["bio"],
    ["memory"],
  ])("that did so before (%s): its reads are noted from then on", async (way) => {
    const { program, port } = await startServer(way);
    const connection = connectionTo(port);
    cleanup.add(() => connection.end());
    await connection.get([{ path: "/before", id: "0" }]);
    const { seen, notes, attachment } = capture(() => program.pid, { clearText: true });
    const [end = ""] = await connection.get(PATHS.map((path) => ({ path, id: path })));
    const first = Number(end.split(":").at(-1));
    await until("all heads", () => seen.length >= 2 * PATHS.length);
    expect(seen.map(({ what }) => what)).toEqual(heads(PATHS, port, first).map(({ what }) => what));
    for (const { ports } of seen.slice(2)) expect(ports).toEqual([port, first]);
    attachment.scan();
    expect(notes()).toBe(true);
    connection.end();
    const second = await ask(port, PATHS);
    await until("all heads", () => seen.length >= 4 * PATHS.length);
    expect(seen.slice(2 * PATHS.length)).toEqual(heads(PATHS, port, second));
  });

  test("that did so before and speaks no HTTP changes nothing", async () => {
    const { program, port } = await startServer("bio");
    const connection = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    cleanup.add(() => void connection.destroy());
    await once(connection, "secureConnect");
    const say = async (): Promise<void> => {
      connection.write("what is this?\r\n\r\n");
      await once(connection, "data");
    };
    await say();
    const { notes, attachment, session } = capture(() => program.pid);
    await say();
    attachment.scan();
    expect(notes()).toBe(session.info.seenAt === "call");
  });

  test("that is measured: its reads are noted, and one that waits meanwhile is not lost", async () => {
    const { program, port } = await startServer("fd");
    const { seen, notes, attachment, tables, session } = capture(() => program.pid);
    const connection = connectionTo(port);
    cleanup.add(() => connection.end());
    await connection.get([{ path: "/before", id: "0" }]);
    await until("the first", () => seen.length === 2);
    attachment.scan();
    expect(notes()).toBe(session.info.seenAt === "call");
    tables.apply(only(realpathSync(executable), ["network"]));
    expect(notes()).toBe(true);
    await connection.get(PATHS.map((path) => ({ path, id: path })));
    await until("all heads", () => seen.length === 2 + 2 * PATHS.length);
    expect(seen.slice(2).map(({ what }) => what)).toEqual(heads(PATHS, 0, 0).map(({ what }) => what));
  });

  test("of which no read is ever seen: as if it copied elsewhere", async () => {
    const { certificate, key } = makeCertificate(cleanup.folder());
    const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) =>
      socket.on("error", () => {}).once("data", () => socket.destroy()),
    ).listen(0, "127.0.0.1");
    cleanup.add(() => void server.close());
    await once(server, "listening");
    const python = join(cleanup.folder(), "python-alone");
    copyFileSync(PYTHON, python);
    const client = startProgram(python, ["-c", UNANSWERED, String((server.address() as AddressInfo).port)]);
    cleanup.add(() => client.stop("SIGKILL"));
    const { notes, attachment, session } = capture(() => client.pid);
    client.send("7");
    await client.line((line) => line === "7 done");
    attachment.scan();
    expect(notes()).toBe(session.info.seenAt === "call");
    client.send("1");
    await client.line((line) => line === "1 done");
    attachment.scan();
    expect(notes()).toBe(true);
  });

  test("whose reads are not to be seen at copies, by configuration", async () => {
    const { program, port } = await startServer("fd");
    const { seen, notes } = capture(() => program.pid, { seenAt: "call" });
    const client = await ask(port, PATHS);
    await until("all heads", () => seen.length === 2 * PATHS.length);
    expect(seen).toEqual(heads(PATHS, port, client));
    expect(notes()).toBe(true);
  });
});
