import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { promisify } from "node:util";
import type { CaptureSession } from "@masthead/agent/capture/native-session";
import { RecordTie } from "@masthead/agent/decode/record-enums";
import { readSocket } from "@masthead/agent/pair/socket-addresses";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { makeCertificate, startNginx, startPythonServer } from "../support/https-servers.js";
import {
  GO_PROGRAMS,
  type KernelCaptureOptions,
  pathOf,
  startKernelCapture,
} from "../support/kernel-capture.js";
import { linkedPrograms } from "../support/kernel-objects.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Where the addresses of an exchange come from. */

const SOCKET_TRACEPOINTS = ["socket_send", "socket_receive"];
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** With one policy for all. */
const capture = (
  onMessage: Parameters<typeof startKernelCapture>[1],
  options: KernelCaptureOptions = {},
): CaptureSession => {
  const { session, tables } = startKernelCapture(cleanup, onMessage, options);
  tables.apply(policySet(1, { all: {} }));
  return session;
};

/** An HTTPS proxy that makes tunnels. @returns its port */
const startHttpsProxy = async (): Promise<number> => {
  const { certificate, key } = makeCertificate(cleanup.folder());
  const proxy = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
  proxy.on("connect", (request, client) => {
    const [host, port] = String(request.url).split(":");
    const target = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    for (const end of [target, client]) end.on("error", () => {});
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  cleanup.add(() => proxy.close());
  return (proxy.address() as AddressInfo).port;
};

test.each([
  { from: "the socket's tracepoints, where the kernel has them" },
  {
    from: "system calls, on kernels before Linux 6.3",
    withoutPrograms: SOCKET_TRACEPOINTS,
    told: ["socket_syscall"],
  },
  {
    from: "those of HTTP in clear, where that is read",
    withoutPrograms: [...SOCKET_TRACEPOINTS, "socket_syscall"],
    told: ["system_call_entry", "system_call_return"],
    clearText: true,
  },
])("$from", async ({ told, withoutPrograms = [], clearText = false }) => {
  const servers = [await startNginx(cleanup), await startPythonServer(cleanup)];
  const ports = servers.map(({ port }) => port);
  const seen = new Set<string>();
  const session = capture(
    (record, bytes) => {
      if (record.tie !== RecordTie.TIE_NESTED) return;
      const { localAddress, localPort, peerAddress, peerPort } = readSocket(bytes, record.socketStart) ?? {};
      const place = ports.findIndex((port) => port === localPort || port === peerPort);
      if (localAddress === "127.0.0.1" && peerAddress === "127.0.0.1" && place >= 0)
        seen.add(`${place} ${localPort === ports[place] ? "server" : "client"}`);
    },
    { withoutPrograms, clearText, seenAt: "call" },
  );
  const attached = linkedPrograms(session.kernelIds().links).filter((name) => /^(socket|system)_/.test(name));
  if (told !== undefined) expect(attached).toEqual(told);
  expect(session.info.absent.filter(({ program }) => !GO_PROGRAMS.includes(program))).toEqual([]);
  for (const port of ports) expect(await curl(port, [{ path: "/" }, { path: "/" }])).toEqual([200, 200]);
  await until("the addresses of each connection, at both ends", () => seen.size === 4);
  expect([...seen].sort()).toEqual(["0 client", "0 server", "1 client", "1 server"]);
});

test.each([
  { how: "without HTTP in clear", clearText: false },
  { how: "with it", clearText: true },
])(
  "TLS in TLS, $how: the outer connection is on the socket that the inner one is on",
  async ({ clearText }) => {
    const server = await startNginx(cleanup);
    const proxyPort = await startHttpsProxy();
    const peerPorts: (number | undefined)[] = [];
    capture(
      (record, bytes) => {
        if (record.request && pathOf(record, bytes) === "/inside")
          peerPorts.push(readSocket(bytes, record.socketStart)?.peerPort);
      },
      { clearText },
    );
    const url = `https://127.0.0.1:${server.port}/inside`;
    const through = [
      "--proxy",
      `https://127.0.0.1:${proxyPort}`,
      "--proxy-insecure",
      "--insecure",
      "--http1.1",
    ];
    await promisify(execFile)("curl", ["--silent", "--noproxy", "", ...through, url]);
    await until("the request, at both ends", () => peerPorts.length === 2);
    expect(peerPorts).toContain(proxyPort);
  },
);

/** A client that writes to a server that has closed: the reset comes within the call, and the kernel takes the port back. */
const WRITES_TOO_LATE = `
import select, socket
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
listener.accept()[0].close()
select.select([client], [], [])
port = client.getsockname()[1]
client.send(b"GET /too-late HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n")
print(port, flush=True)`;

test("a socket that is reset within the call that writes to it has its port", async () => {
  const ports: number[] = [];
  capture(
    (record, bytes) => {
      if (!record.request || pathOf(record, bytes) !== "/too-late") return;
      ports.push(readSocket(bytes, record.socketStart)?.localPort ?? 0);
    },
    { clearText: true },
  );
  const { stdout } = await promisify(execFile)(PYTHON, ["-c", WRITES_TOO_LATE]);
  await until("its request", () => ports.length > 0);
  expect(ports).toEqual([Number(stdout)]);
});
