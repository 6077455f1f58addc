import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasCopies, notesReads } from "@masthead/agent/attach/libraries/library-probes";
import { NODE_WITH_OPENSSL } from "@masthead/agent/testing/node-with-openssl";
import { policySet } from "@masthead/agent/testing/policies";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { connectionTo } from "../support/go-exchanges.js";
import { startPrintingServer } from "../support/https-servers.js";
import { addExecutables, headOf, type SeenHead, startKernelCapture } from "../support/kernel-capture.js";
import { askOnce, buildOpensslServer, OPENSSL_INSIDE } from "../support/openssl-server.js";
import { startProgram } from "../support/program.js";
import { until } from "../support/until.js";

/** Node has its TLS inside and moves ciphertext itself: a handshake tells a connection's socket, or whole calls do. */

const SERVER = fileURLToPath(new URL("../programs/memory-bio-server.mjs", import.meta.url));
const ON_SOCKETS = fileURLToPath(new URL("../programs/ways-to-read-server.c", import.meta.url));
const PATHS = ["/one", "/two"];

const ONES = 3;
/** Makes some requests on a connection each and then as many on one, once a line comes; says the ports of its ends. */
const CLIENT = `
import { once } from "node:events";
import { Agent, get } from "node:https";
console.log("ready");
await once(process.stdin, "data");
for (const keepAlive of [false, true]) {
  const agent = new Agent({ keepAlive, maxSockets: 1, rejectUnauthorized: false });
  for (let count = 0; count < ${ONES}; count += 1) {
    const request = get({ host: "127.0.0.1", port: process.argv[1], agent });
    const [response] = await once(request, "response");
    console.log(request.socket.localPort);
    await once(response.resume(), "end");
  }
}
console.log("done");
`;

const built = new Cleanup();
const cleanup = new Cleanup();
/** nobody else's, since a file is followed in one way for all processes that run it */
let node: string;
beforeAll(() => {
  node = join(built.folder(), "node");
  copyFileSync(NODE_WITH_OPENSSL, node);
});
afterEach(() => cleanup.run());
afterAll(() => built.run());

const startServer = (executable = node) => startPrintingServer(cleanup, [executable, SERVER]);

const capture = (executable = node) => {
  const seen: SeenHead[] = [];
  const { session, attachment, tables } = startKernelCapture(
    cleanup,
    (record, bytes) => {
      seen.push(headOf(record, bytes));
    },
    { seenAt: "copy", clearText: true },
  );
  addExecutables(tables, executable);
  tables.apply(policySet(1, { all: { targets: [{ executable }] } }));
  const programOf = (pid: number) => {
    const program = attachment.libraries().find(({ pids }) => pids.has(pid));
    return program && { hasCopies: hasCopies(program), notesReads: notesReads(program) };
  };
  const isAtCopies = session.info.seenAt === "copy" && session.info.returnBy === "probe";
  /** how it is seen at first */
  const way = { hasCopies: isAtCopies, notesReads: !isAtCopies };
  return { attachment, seen, programOf, way };
};

const heads = (ports: number[], paths = PATHS) =>
  paths.flatMap((path) => [path, "200"].map((what) => ({ what, ports })));

describe.runIf(process.arch === "x64")("a Node with its TLS inside", () => {
  test("that only listens when probes come: seen at copies, with addresses from the first exchange on", async () => {
    const { program, port } = await startServer();
    const { seen, programOf, attachment, way } = capture();
    expect(programOf(program.pid)).toEqual(way);
    const client = await askOnce(cleanup, port, PATHS);
    await until("all heads", () => seen.length === 2 * PATHS.length);
    expect(seen).toEqual(heads([port, client]));
    attachment.scan();
    expect(programOf(program.pid)).toEqual(way);
  });

  test("that has a connection when probes come: addresses as soon as both ways tell the same, and reads are noted from then on", async () => {
    const { program, port } = await startServer();
    const connection = connectionTo(port);
    cleanup.add(() => connection.end());
    await connection.get([{ path: "/before", id: "0" }]);
    const { seen, programOf, attachment, way } = capture();
    expect(programOf(program.pid)).toEqual(way);
    const [end = ""] = await connection.get(PATHS.map((path) => ({ path, id: path })));
    const client = Number(end.split(":").at(-1));
    await until("all heads", () => seen.length === 2 * PATHS.length);
    expect(seen.map(({ what }) => what)).toEqual(heads([]).map(({ what }) => what));
    for (const { ports } of seen.slice(2)) expect(ports).toEqual([port, client]);
    attachment.scan();
    expect(programOf(program.pid)).toMatchObject({ notesReads: true });
    await connection.get([{ path: "/after", id: "1" }]);
    await until("the last", () => seen.length === 2 * PATHS.length + 2);
    expect(seen.slice(-2)).toEqual(heads([port, client], ["/after"]));
  });

  test("that is a client: each response has its connection's addresses, and it stays at copies", async () => {
    const server = await startServer(process.execPath);
    const client = startProgram(node, ["--input-type=module", "-e", CLIENT, String(server.port)]);
    cleanup.add(() => client.stop("SIGKILL"));
    await client.line((line) => line === "ready");
    const { seen, programOf, attachment, way } = capture();
    client.send("go");
    await client.line((line) => line === "done");
    const ports = client.lines
      .filter((line) => /^\d+$/.test(line))
      .map((port) => [Number(port), server.port]);
    await until("all heads", () => seen.length === 2 * ports.length);
    const [requests, responses] = [
      seen.filter(({ what }) => what === "/"),
      seen.filter(({ what }) => what !== "/"),
    ];
    expect(responses).toEqual(ports.map((each) => ({ what: "200", ports: each })));
    // The first on a connection may be written with the handshake's last message.
    const firsts = ONES + 1;
    for (const [at, request] of requests.entries())
      if (at >= firsts || request.ports[0]) expect(request.ports).toEqual(ports[at]);
    attachment.scan();
    expect(programOf(client.pid)).toEqual(way);
  });
});

test.runIf(process.arch === "x64")(
  "a program that has what it calls of OpenSSL inside, and reads from a socket: seen at copies, where its library's socket is known",
  async () => {
    const executable = buildOpensslServer(cleanup.folder(), ON_SOCKETS, OPENSSL_INSIDE);
    const { program, port } = await startPrintingServer(cleanup, [executable], "fd");
    const { seen, programOf, way } = capture(executable);
    expect(programOf(program.pid)).toEqual(way);
    const client = await askOnce(cleanup, port, PATHS);
    await until("all heads", () => seen.length === 2 * PATHS.length);
    expect(seen).toEqual(heads([port, client]));
  },
);
