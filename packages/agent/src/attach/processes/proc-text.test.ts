import { expect, test } from "vitest";
import { ktlsSockets, socketRows } from "../coverage/socket-table.js";
import { executableMappings } from "./proc-maps.js";
import { parseStat } from "./proc-process.js";
import { processInfo } from "./process-names.js";

test("code mappings, each file once, deleted ones marked, odd names whole", () => {
  const maps = [
    "55d0-55e0 r--p 00000000 fe:00 12 /usr/sbin/nginx",
    "55e0-55f0 r-xp 00001000 fe:00 12                         /usr/sbin/nginx",
    "7f00-7f10 r-xp 00000000 fe:00 13                         /usr/lib/libssl.so.3 (deleted)",
    "7f20-7f30 r-xp 00000000 fe:00 14                         /opt/a b\\012c/libssl.so.3",
    "00403000-014f7000 r-xp 00003000 fe:00 15                 /usr/bin/caddy (deleted)",
    "7f40-7f50 r-xp 00000000 00:00 0                          [vdso]",
    "7f60-7f70 rwxp 00000000 00:00 0 ",
    "nonsense",
  ].join("\n");
  expect(executableMappings(maps)).toEqual([
    { range: "55e0-55f0", path: "/usr/sbin/nginx", deleted: false },
    { range: "7f00-7f10", path: "/usr/lib/libssl.so.3", deleted: true },
    { range: "7f20-7f30", path: "/opt/a b\nc/libssl.so.3", deleted: false },
    { range: "403000-14f7000", path: "/usr/bin/caddy", deleted: true },
  ]);
});

test("a command with spaces and parentheses does not shift the fields of stat", () => {
  const fields = ["S", "41", ...Array.from({ length: 17 }, () => "0"), "777", "0"];
  expect(parseStat(`42 (a) b (c) ${fields.join(" ")}\n`)).toEqual({
    command: "a) b (c",
    parentPid: 41,
    startTicks: 777,
  });
  expect(parseStat("42 nothing")).toBeUndefined();
  expect(parseStat("")).toBeUndefined();
});

test("sockets of a TCP or UDP table", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5151 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:1F90 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
`;
  expect(socketRows(table)).toEqual([{ inode: "5151", localPort: 8080, remotePort: 0 }]);
  expect(socketRows("")).toEqual([]);
  expect(socketRows("head\nnonsense\n")).toEqual([]);
});

test("sockets whose TLS is in the kernel, of the table that the kernel's module keeps", () => {
  const table = ["TlsCurrTxSw", "TlsCurrRxSw", "TlsCurrTxDevice", "TlsCurrRxDevice", "TlsTxSw"];
  const counts = [3, 2, 1, 0, 99];
  expect(ktlsSockets(table.map((name, place) => `${name.padEnd(32)}\t${counts[place]}\n`).join(""))).toBe(4);
  expect(ktlsSockets("")).toBe(0);
});

test("names come from the best fact there is", () => {
  const exec = {
    pid: 7,
    parentPid: 1,
    device: 1,
    inode: 2,
    file: "./run.py",
    command: "run.py",
    cgroup: 1,
    startNs: 1,
  };
  expect(processInfo({ pid: 7, exec, executable: "/usr/bin/python3.11" })).toEqual({
    pid: 7,
    executableName: "python3.11",
    executablePath: "/usr/bin/python3.11",
    serviceName: "python3.11",
  });
  const long = processInfo({ pid: 7, executable: `/opt/a${"😀".repeat(3000)}` });
  for (const text of [long.executableName, long.serviceName, long.executablePath])
    expect(text).not.toMatch(/\p{Surrogate}/u);
  expect(processInfo({ pid: 7, exec })).toEqual({ pid: 7, executableName: "run.py", serviceName: "run.py" });
  expect(processInfo({ pid: 7, exec: { ...exec, file: "/bin/true" } })).toMatchObject({
    executablePath: "/bin/true",
  });
  expect(processInfo({ pid: 7, cgroup: { unit: "web" }, command: "worker" })).toEqual({
    pid: 7,
    executableName: "worker",
    serviceName: "web",
  });
  expect(processInfo({ pid: 7 })).toEqual({ pid: 7, executableName: "unknown", serviceName: "unknown" });
});
