import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession } from "@masthead/agent/capture/native-session";
import { RecordSource } from "@masthead/agent/decode/record-enums";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, passedSocketsOf, socketsOfProcess } from "../support/clear-text.js";
import { curl } from "../support/curl.js";
import { startPythonServer } from "../support/https-servers.js";
import { startKernelCapture } from "../support/kernel-capture.js";
import { linkedPrograms } from "../support/kernel-objects.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** HTTP in clear, from system calls. */

const CALLS = fileURLToPath(new URL("../programs/clear-text-calls.py", import.meta.url));
/** Asks about none that runs here. */
const OTHER_PROGRAM = { other: { targets: [{ executable: "/nonexistent/program" }] } };
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** The best for this kernel lies beside the one for any. */
const builds = {
  best: () => BUILT_OBJECT,
  any() {
    const alone = join(cleanup.folder(), basename(BUILT_OBJECT));
    copyFileSync(BUILT_OBJECT, alone);
    return alone;
  },
};

const startCalls = (): Program => {
  const calls = startProgram(PYTHON, [CALLS]);
  cleanup.add(() => calls.stop("SIGKILL"));
  return calls;
};

test.each(["best", "any"] as const)(
  "every form of call that moves bytes of a socket, over TCP and Unix sockets, at both ends, by the build for %s kernel",
  async (which) => {
    const { seen, session } = captureClearText(cleanup, { objectPath: builds[which]() });
    expect(session.info.refusedBuilds).toEqual([]);
    const calls = startCalls();
    calls.send("speak");
    await calls.line((line) => line === "done");
    const forms = calls.lines.filter((line) => line !== "done");
    expect(forms).toHaveLength(18);
    const mine = () => seen.filter(({ pid }) => pid === calls.pid);
    await until("all messages", () => mine().length >= forms.length * 8);
    expect(mine()).toHaveLength(forms.length * 8);
    for (const form of forms) {
      for (const index of [1, 2]) {
        const requests = mine().filter(({ what }) => what === `/${form}/${index}`);
        expect(requests.map(({ role }) => role).sort(), form).toEqual(["client", "server"]);
      }
    }
    expect(mine().filter(({ what }) => what === "201")).toHaveLength(forms.length * 2);
    expect(mine().filter(({ what }) => what === "202")).toHaveLength(forms.length * 2);
    for (const { source, flags } of mine()) {
      expect(source).toBe(RecordSource.SOURCE_SOCKET);
      expect(flags).toEqual({ midStream: false, gap: false, malformed: false });
    }
    // Each socket was closed by its last descriptor, so nothing of it is left.
    expect(socketsOfProcess(session, "connections", calls.pid)).toBe(0);
    calls.send("end");
  },
);

test("the two ends of a TCP connection name each other's ports", async () => {
  const { seen } = captureClearText(cleanup);
  const calls = startCalls();
  calls.send("speak");
  await calls.line((line) => line === "tcp/read-write");
  const requests = () => seen.filter(({ what }) => what === "/tcp/read-write/1");
  await until("both", () => requests().length === 2);
  const [server, client] = ["server", "client"].map((role) => requests().find((each) => each.role === role));
  expect(server?.ports).toEqual(client?.ports.toReversed());
  expect(server?.ports[0]).toBeGreaterThan(0);
});

test("what a TLS probe shows is not shown a second time", async () => {
  const { seen, session } = captureClearText(cleanup);
  const server = await startPythonServer(cleanup);
  expect(await curl(server.port, [{ path: "/seen-once" }, { path: "/seen-once" }])).toEqual([200, 200]);
  const requests = () => seen.filter(({ what }) => what === "/seen-once");
  const ofServer = () => seen.filter(({ pid }) => pid === server.pid);
  await until("both ends", () => requests().length >= 4 && ofServer().length >= 4);
  expect(requests()).toHaveLength(4);
  expect([...requests(), ...ofServer()].map(({ source }) => source)).toEqual(
    Array.from({ length: 8 }, () => RecordSource.SOURCE_OPENSSL),
  );
  expect(socketsOfProcess(session, "connections", server.pid)).toBeLessThanOrEqual(1);
});

/** Answers lines on one connection, first of another protocol, then whatever it is sent; says its port. */
const ECHO = `import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
peer, _ = listener.accept()
print("accepted", flush=True)
while data := peer.recv(65536):
    peer.sendall(b"+OK\\r\\n" if b"HTTP/1" not in data else b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
peer.close()
print("closed", flush=True)
sys.stdin.read()
`;

const startEcho = async (): Promise<{ echo: Program; client: Program }> => {
  const echo = startProgram(PYTHON, ["-c", ECHO]);
  cleanup.add(() => echo.stop("SIGKILL"));
  const port = await echo.line();
  const client = startProgram(PYTHON, [
    "-c",
    `import socket, sys
sock = socket.create_connection(("127.0.0.1", ${port}))
for line in sys.stdin:
    sock.sendall(line.strip().encode().decode("unicode_escape").encode())
    print(sock.recv(65536).decode().strip(), flush=True)
sock.close()
print("closed", flush=True)
`,
  ]);
  cleanup.add(() => client.stop("SIGKILL"));
  await echo.line((line) => line === "accepted");
  return { echo, client };
};

/** PATIENCE_FRESH of bpf/lib/work.h: calls after which such a connection is left alone at the latest. */
const PATIENCE = 16;
const REQUEST = String.raw`GET /later HTTP/1.1\r\nhost: a\r\n\r\n`;

test("a connection that is not HTTP is left alone after a few calls, and forgotten when it is closed", async () => {
  const { seen, session } = captureClearText(cleanup);
  const { echo, client } = await startEcho();
  for (let index = 0; index < PATIENCE; index += 1) client.send(String.raw`PING ${"x"}\r\n`);
  await until("all answers", () => client.lines.length === PATIENCE);
  await until("it is left alone", () => socketsOfProcess(session, "strange_sockets", echo.pid) === 1);
  await until("it makes room", () => socketsOfProcess(session, "connections", echo.pid) === 0);
  client.send(REQUEST);
  await until("an answer", () => client.lines.length === PATIENCE + 1);
  expect(passedSocketsOf(session, echo.pid)).toBe(1);
  await client.finish();
  await echo.line((line) => line === "closed");
  expect(seen.filter(({ pid }) => pid === echo.pid)).toEqual([]);
  expect(socketsOfProcess(session, "strange_sockets", echo.pid)).toBe(0);
  expect(passedSocketsOf(session, echo.pid)).toBe(0);
});

test("what is remembered of a socket is forgotten when a program closes it that is no target any more", async () => {
  const { session, tables } = captureClearText(cleanup);
  const { echo, client } = await startEcho();
  const ping = async (answers: number) => {
    client.send(String.raw`PING x\r\n`);
    await until("an answer", () => client.lines.length === answers);
  };
  for (let index = 1; index <= PATIENCE; index += 1) await ping(index);
  await until("it is left alone", () => socketsOfProcess(session, "strange_sockets", echo.pid) === 1);
  expect(tables.apply(policySet(2, OTHER_PROGRAM)).ok).toBe(true);
  for (let index = 1; index <= 4; index += 1) await ping(PATIENCE + index);
  expect(socketsOfProcess(session, "strange_sockets", echo.pid)).toBe(1);
  await client.finish();
  await echo.line((line) => line === "closed");
  expect(socketsOfProcess(session, "strange_sockets", echo.pid)).toBe(0);
});

test("an open connection is followed from the first exchange on that begins after attach, a blocked read included", async () => {
  const { echo, client } = await startEcho();
  client.send(String.raw`GET /before HTTP/1.1\r\nhost: a\r\n\r\n`);
  await until("an answer", () => client.lines.length === 1);
  const { seen } = captureClearText(cleanup);
  client.send(REQUEST);
  await until("an answer", () => client.lines.length === 2);
  const of = (pid: number) =>
    seen.filter((each) => each.pid === pid).map(({ what, role }) => `${role} ${what}`);
  await until("both ends", () => of(echo.pid).length >= 2 && of(client.pid).length >= 2);
  expect(of(echo.pid)).toEqual(["server /later", "server 204"]);
  expect(of(client.pid)).toEqual(["client /later", "client 204"]);
});

test("only targets are looked at", async () => {
  const { session, tables } = startKernelCapture(cleanup, () => {}, { clearText: true });
  tables.apply(policySet(1, OTHER_PROGRAM));
  const calls = startCalls();
  calls.send("speak");
  await calls.line((line) => line === "done");
  expect(socketsOfProcess(session, "connections", calls.pid)).toBe(0);
  const bystanders = session.tableKeys("bystanders").map((key) => session.lookupTable("bystanders", key));
  expect(bystanders.map((value) => Buffer.from(value ?? []).readUInt32LE(0))).toContain(calls.pid);
  // Of a bystander nothing else is remembered: a host has more of them than there is room.
  const remembered = session.tableKeys("processes").map((key) => Buffer.from(key).readUInt32LE(0));
  expect(remembered).not.toContain(calls.pid);
});

test("where a kernel refuses one of the programs, none is on the calls of the host", () => {
  const attached = (withoutPrograms: string[], clearText = true) => {
    const session = openSession({ objectPath: BUILT_OBJECT, clearText, withoutPrograms });
    cleanup.add(() => session.close());
    return { programs: linkedPrograms(session.kernelIds().links), absent: session.info.absent };
  };
  const { programs: withoutClearText } = attached([], false);
  const { programs } = attached([]);
  const processes = ["process_exec", "process_exit", "process_fork"];
  // They tell what other tracepoints tell where they are not.
  expect(programs).toEqual([...processes, "system_call_entry", "system_call_return"]);
  const tellSockets = [["socket_receive", "socket_send"], ["socket_syscall"]];
  expect(tellSockets.map((names) => [...processes, ...names])).toContainEqual(withoutClearText);
  const refused = attached(["socket_close_entry"]);
  expect(refused.programs).toEqual(withoutClearText);
  expect(refused.absent.map(({ program }) => program)).toContain("socket_close_entry");
});
