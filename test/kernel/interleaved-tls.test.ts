import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { captureClearText, type Seen } from "../support/clear-text.js";
import { startMemoryBioServer } from "../support/memory-bio-servers.js";
import { type Program, startProgram } from "../support/program.js";
import { PYTHON } from "../support/python.js";
import { until } from "../support/until.js";

/** A client on memory BIOs that moves plaintext of many connections and then ciphertext of as many, so that the order of its calls says nothing. */

const CLIENT = fileURLToPath(new URL("../programs/interleaved-tls.py", import.meta.url));
const PATHS = ["/first", "/second", "/third", "/fourth", "/fifth"];
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const startServers = async (): Promise<number[]> => {
  const kinds = ["asyncio", "node", "asyncio", "node", "asyncio"] as const;
  const servers = await Promise.all(kinds.map((kind) => startMemoryBioServer(cleanup, kind)));
  return servers.map(({ port }) => port);
};

const startClient = (servers: number[]): Program => {
  const client = startProgram(PYTHON, [CLIENT, ...servers.map(String)]);
  cleanup.add(() => client.stop("SIGKILL"));
  return client;
};

/** @returns the ports of the client's ends */
const tell = async (client: Program, command: string): Promise<number[]> => {
  client.send(command);
  return (await client.line()).split(" ").map(Number);
};

/** The ports of both ends of each request, by its path, which names a server: as those in this role saw them, and not what else passes on this host. */
const portsSeen = async (seen: Seen[], role: Seen["role"], servers: number[]) => {
  const asked = new Set(PATHS.flatMap((path) => servers.map((server) => `${path}/${server}`)));
  const requests = () => seen.filter((head) => head.role === role && asked.has(head.what));
  await until(`all requests, as a ${role}`, () => requests().length >= asked.size);
  return requests().map(({ what, ports }) => [what, ...ports]);
};

test.each(["copy", "call"] as const)(
  "each exchange has its own addresses, from the first on, with TLS seen at each %s",
  async (seenAt) => {
    const servers = await startServers();
    const client = startClient(servers);
    const { seen } = captureClearText(cleanup, { seenAt });
    const ends = await tell(client, "open");
    for (const path of PATHS) await tell(client, `ask ${path}`);
    const wanted = PATHS.flatMap((path) =>
      servers.map((server, at) => [`${path}/${server}`, ends[at], server]),
    );
    expect((await portsSeen(seen, "client", servers)).sort()).toEqual([...wanted].sort());
    const ofServers = wanted.map(([what, end, server]) => [what, server, end]);
    expect((await portsSeen(seen, "server", servers)).sort()).toEqual(ofServers.sort());
  },
);

test("no exchange has another one's addresses, of connections that are older than what watches them", async () => {
  const servers = await startServers();
  const client = startClient(servers);
  const ends = await tell(client, "open");
  const { seen } = captureClearText(cleanup);
  for (const path of PATHS) await tell(client, `ask ${path}`);
  for (const [what, end, server] of await portsSeen(seen, "client", servers)) {
    if (end === undefined && server === undefined) continue;
    expect([what, end], String(what)).toEqual([
      `/${String(what).split("/")[1]}/${server}`,
      ends[servers.indexOf(Number(server))],
    ]);
  }
});

test("where the client hello is not seen on the socket, the order of calls tells it", async () => {
  const { port } = await startMemoryBioServer(cleanup, "node");
  const client = startClient([port]);
  const { seen } = captureClearText(cleanup);
  const [end] = await tell(client, "open in pieces");
  for (const path of PATHS) await tell(client, `ask ${path}`);
  const requests = await portsSeen(seen, "client", [port]);
  expect(requests.at(-1)).toEqual([`${PATHS.at(-1)}/${port}`, end, port]);
});
