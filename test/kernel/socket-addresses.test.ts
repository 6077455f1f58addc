import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Attachment } from "@masthead/agent/attach/attachment";
import { openSession } from "@masthead/agent/capture/native-session";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { RecordDecoder } from "@masthead/agent/decode/record-decoder";
import { RecordFlag } from "@masthead/agent/decode/record-enums";
import { readSocket } from "@masthead/agent/pair/socket-addresses";
import { policySet } from "@masthead/agent/testing/policies";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { curl } from "../support/curl.js";
import { startNginx, startPythonServer } from "../support/https-servers.js";
import { until } from "../support/until.js";

/** Where the addresses of an exchange come from. */

const OBJECT = fileURLToPath(new URL("../../bpf/build/masthead.bpf.o", import.meta.url));
const SOCKET_TRACEPOINTS = ["socket_send", "socket_receive"];
const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const ignore = () => {};

test.each([
  ["the socket's tracepoints, where the kernel has them", undefined],
  ["system calls, on kernels before Linux 6.3", SOCKET_TRACEPOINTS],
])("%s", async (_, withoutPrograms) => {
  const session = openSession({
    objectPath: OBJECT,
    pollEveryMs: 2,
    ...(withoutPrograms && { withoutPrograms }),
  });
  cleanup.add(() => session.close());
  if (withoutPrograms) expect(session.info.programs).toContain("socket_syscall");
  expect(session.info.absent).toEqual([]);
  const home = cleanup.folder();
  mkdirSync(join(home, "run"));
  const attachment = new Attachment({ session, homeDirectory: home, ownPids: [], scanEveryMs: 2 ** 30 });
  cleanup.add(() => attachment.stop());
  attachment.start();
  new PolicyTables({ session, labels: {}, findExecutables: () => [] }).apply(policySet(1, { all: {} }));
  const servers = [await startNginx(cleanup), await startPythonServer(cleanup)];
  const ports = servers.map(({ port }) => port);
  const seen = new Set<string>();
  const decoder = new RecordDecoder({
    ...{ messageEnd: ignore, connectionEnd: ignore, malformed: ignore, process: ignore },
    message(record, bytes) {
      if (!record.has(RecordFlag.RECORD_SOCKET)) return;
      const { localAddress, localPort, peerAddress, peerPort } = readSocket(bytes, record.socketStart) ?? {};
      const place = ports.findIndex((port) => port === localPort || port === peerPort);
      if (localAddress === "127.0.0.1" && peerAddress === "127.0.0.1" && place >= 0)
        seen.add(`${place} ${localPort === ports[place] ? "server" : "client"}`);
    },
  });
  session.start((records, count) => decoder.decode(records, count));
  cleanup.add(() => session.stop());
  for (const port of ports) expect(await curl(port, [{ path: "/" }, { path: "/" }])).toEqual([200, 200]);
  await until("the addresses of each connection, at both ends", () => seen.size === 4);
  expect([...seen].sort()).toEqual(["0 client", "0 server", "1 client", "1 server"]);
});
