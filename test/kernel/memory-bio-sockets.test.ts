import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, get } from "node:https";
import { type AddressInfo, connect as connectInClear, createServer as createInClear } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen } from "../support/clear-text.js";
import { startMemoryBioServer } from "../support/memory-bio-servers.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** Programs whose TLS library touches no socket: which socket a connection is on is told by its handshake. */

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** memory-bio-asyncio.py as a client. */
const startClient = (...ports: number[]): Program => {
  const client = startProgram(PYTHON, [program("memory-bio-asyncio.py"), "client", ...ports.map(String)]);
  cleanup.add(() => client.stop("SIGKILL"));
  return client;
};

const requestsTo = (seen: Seen[], path: string, role: Seen["role"]): Seen[] =>
  seen.filter((each) => each.what === path && each.role === role);

const connectTo = (port: number, servername: string): TLSSocket => {
  const socket = connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
  cleanup.add(() => socket.destroy());
  return socket;
};

/** Asks a server for a path, and waits for the answer. @returns the ports of its end as they were seen, and of its peer's */
const portsAtServer = async (socket: TLSSocket, seen: Seen[], path: string): Promise<Seen["ports"]> => {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  await once(socket, "data");
  const [request] = await until(path, () => {
    const requests = requestsTo(seen, path, "server");
    return requests.length === 1 && requests;
  });
  return request?.ports ?? [];
};

test("an asyncio client of a Node server: both know the addresses from the first exchange on", async () => {
  const { port } = await startMemoryBioServer(cleanup, "node");
  const client = startClient(port);
  const { seen } = captureClearText(cleanup);
  client.send("go");
  const clientPort = Number(await client.line());
  await client.line((line) => line === "done");
  for (const path of ["/first", "/second", "/third"]) {
    await until(path, () => seen.filter(({ what }) => what === path).length === 2);
    expect(requestsTo(seen, path, "server")[0]?.ports, path).toEqual([port, clientPort]);
    expect(requestsTo(seen, path, "client")[0]?.ports, path).toEqual([clientPort, port]);
  }
});

test("a Node client of an asyncio server: both know the addresses from the first exchange on", async () => {
  const { server, port } = await startMemoryBioServer(cleanup, "asyncio");
  const { seen } = captureClearText(cleanup);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  cleanup.add(() => agent.destroy());
  let clientPort: number | undefined;
  for (const path of ["/first", "/second"]) {
    const request = get({ host: "127.0.0.1", port, path, agent });
    const [response] = await once(request, "response");
    clientPort = request.socket?.localPort;
    response.resume();
    await once(response, "end");
    await until(path, () => seen.filter(({ what }) => what === path).length === 2);
    const [ofServer] = requestsTo(seen, path, "server");
    const [ofClient] = requestsTo(seen, path, "client");
    expect([ofServer?.pid, ofClient?.pid]).toEqual([server.pid, process.pid]);
    expect(ofServer?.ports).toEqual([port, clientPort]);
    expect(ofClient?.ports).toEqual([clientPort, port]);
  }
});

test("TLS in a tunnel through a proxy is on the tunnel's socket", async () => {
  const { port } = await startMemoryBioServer(cleanup, "asyncio");
  const proxy = createServer();
  proxy.on("connect", (_request, client) => {
    const target = connectInClear(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    for (const end of [target, client]) end.on("error", () => {});
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  cleanup.add(() => proxy.close());
  const proxyPort = (proxy.address() as AddressInfo).port;
  const client = startClient(port, proxyPort);
  const { seen } = captureClearText(cleanup);
  client.send("go");
  const clientPort = Number(await client.line());
  await client.line((line) => line === "done");
  for (const path of ["/first", "/second", "/third"]) {
    await until(path, () => requestsTo(seen, path, "client").length === 1);
    expect(requestsTo(seen, path, "client")[0]?.ports, path).toEqual([clientPort, proxyPort]);
  }
});

test("what a program writes to another socket within a handshake is not taken for the connection's socket", async () => {
  const sink = createInClear();
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  cleanup.add(() => sink.close());
  const { port: other } = sink.address() as AddressInfo;
  const { port } = await startMemoryBioServer(cleanup, "asyncio", String(other));
  const { seen } = captureClearText(cleanup);
  const socket = connectTo(port, "named.example");
  await once(socket, "secureConnect");
  for (const path of ["/first", "/second", "/third"]) {
    const ports = await portsAtServer(socket, seen, path);
    expect(ports, path).toEqual([port, socket.localPort]);
  }
});

test("a handshake that waits while another connection's backlog is written is not tied to that one's socket", async () => {
  const { server, port } = await startMemoryBioServer(cleanup, "node");
  const { seen } = captureClearText(cleanup);
  const connection = async (servername: string): Promise<TLSSocket> => {
    const socket = connectTo(port, servername);
    await once(socket, "connect");
    return socket;
  };
  const big = await connection("fast.example");
  big.write("GET /big HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(big, "readable");
  const slow = await connection("slow.example");
  await server.line((line) => line === "waiting");
  let read = 0;
  big.on("data", (data) => {
    read += data.length;
  });
  await until("the backlog to be written", () => read > 5 << 20);
  big.pause();
  server.send("go");
  await once(slow, "secureConnect");
  for (const path of ["/first", "/second"])
    expect(await portsAtServer(slow, seen, path), path).toEqual([port, slow.localPort]);
});

/** Open at once, and written to in turn. */
test.each(["node", "asyncio"] as const)(
  "%s with many connections: each has its own addresses",
  async (kind) => {
    const { port } = await startMemoryBioServer(cleanup, kind);
    const { seen } = captureClearText(cleanup);
    const open = async (): Promise<TLSSocket> => {
      const socket = connectTo(port, "many.example");
      await once(socket, "secureConnect");
      return socket;
    };
    const sockets = await Promise.all(Array.from({ length: 70 }, open));
    for (const round of ["first", "second"]) {
      for (const [at, socket] of sockets.entries()) {
        const path = `/${round}-${at}`;
        const ports = await portsAtServer(socket, seen, path);
        expect(ports, path).toEqual([port, socket.localPort]);
        if (at % 3 > 0) continue;
        socket.destroy();
        sockets[at] = await open();
      }
    }
  },
);
