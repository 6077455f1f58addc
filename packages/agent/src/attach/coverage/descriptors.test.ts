import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { DescriptorLooks } from "./descriptors.js";
import { type NamespaceSockets, readTables, SocketTables } from "./socket-table.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

test("a process with a TCP socket is told from one without", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.close());
  const looks = new DescriptorLooks();
  expect(looks.renew([process.pid], new SocketTables())).toBe(0);
  expect(looks.of(process.pid)).toMatchObject({ hasTcp: true, ktls: 0, changing: false });
});

test("what one report may look at is bounded; those wait that were looked at last", async () => {
  const children = Array.from({ length: 3 }, () => spawn("cat", { stdio: ["pipe", "ignore", "ignore"] }));
  for (const child of children) ends.push(() => child.stdin?.end());
  await Promise.all(children.map((child) => once(child, "spawn")));
  const pids = children.flatMap(({ pid }) => pid ?? []);
  const looks = new DescriptorLooks(1);
  const unseen = () => looks.renew(pids, new SocketTables());
  expect([unseen(), unseen(), unseen(), unseen()]).toEqual([2, 1, 0, 0]);
  expect(pids.every((pid) => looks.of(pid)?.hasTcp === false)).toBe(true);
  looks.forget(pids[1] ?? 0);
  expect(looks.of(pids[1] ?? 0)).toBeUndefined();
  expect(unseen()).toBe(0);
  expect(looks.of(pids[1] ?? 0)).toBeDefined();
});

test("a process that is gone has nothing, and is forgotten", async () => {
  const child = spawn("true");
  const pid = child.pid ?? 0;
  await once(child, "exit");
  const looks = new DescriptorLooks();
  looks.renew([pid], new SocketTables());
  expect(looks.of(pid)).toBeUndefined();
});

test("a process that ends while the tables of its network are read hides nothing of its neighbours", async () => {
  const udp = createSocket("udp4");
  udp.connect(443, "127.0.0.1");
  await once(udp, "connect");
  ends.push(() => udp.close());
  const child = spawn("sleep", ["60"]);
  const exited = once(child, "exit");
  const ended = (pid: number): NamespaceSockets => {
    process.kill(pid, "SIGKILL");
    // A zombie until this thread's loop comes to it: it is there, and its network is not.
    while (!readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z "));
    return { https: new Set(), ktls: 0 };
  };
  const tables = new SocketTables((pid) => (pid === child.pid ? ended(pid) : readTables(pid)));
  tables.of(child.pid ?? 0);
  const looks = new DescriptorLooks();
  looks.renew([process.pid], tables);
  expect(looks.of(process.pid)).toMatchObject({ hasUdp: true, hasHttpsOverUdp: true });
  await exited;
});
