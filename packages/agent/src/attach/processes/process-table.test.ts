import { expect, test } from "vitest";
import type { ProcessExec } from "./process-names.js";
import { ProcessTable } from "./process-table.js";
import { executableFileOf } from "./running-executable.js";

/** Beyond any id there is (PID_MAX_LIMIT). */
const GONE = 2 ** 22 + 1;
const own = executableFileOf(process.pid);
const child = (facts: Partial<ProcessExec> = {}): ProcessExec => ({
  ...{ pid: GONE, parentPid: process.pid, device: own?.device ?? 0, inode: own?.inode ?? 0 },
  ...{ file: "", command: "server", cgroup: 0, startNs: 1 },
  ...facts,
});

test("a child that is gone runs what its parent runs, where the kernel says that it is that", () => {
  const processes = new ProcessTable();
  processes.onTarget(child());
  expect(processes.of(GONE).executablePath).toBe(process.execPath);
  processes.onTarget(child({ pid: GONE + 1, parentPid: GONE }));
  expect(processes.of(GONE + 1).executablePath, "known by now").toBe(process.execPath);
  processes.onTarget(child({ pid: GONE + 2, inode: 1 }));
  expect(processes.of(GONE + 2)).toEqual({ pid: GONE + 2, executableName: "server", serviceName: "server" });
});

test("a process that runs another program by now has the name of the one that the kernel told of", () => {
  const processes = new ProcessTable();
  processes.onTarget(child());
  expect(processes.of(GONE).executablePath).toBe(process.execPath);
  // The first process of this host is another program, which then ran this one.
  processes.onTarget(child({ pid: 1, parentPid: 1 }));
  expect(processes.of(1).executablePath).toBe(process.execPath);
});

test("an id that is used again is another process, also where its end was not told", () => {
  const processes = new ProcessTable();
  processes.onExec(child({ inode: 1, file: "/bin/before" }));
  expect(processes.of(GONE).executablePath).toBe("/bin/before");
  processes.onTarget(child({ inode: 1, file: "/bin/before" }));
  expect(processes.of(GONE).executablePath, "the same one").toBe("/bin/before");
  processes.onTarget(child({ startNs: 2 }));
  expect(processes.of(GONE).executablePath).toBe(process.execPath);
});
