import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executableFile } from "../../capture/executable-search.js";
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

describe("a process that was gone at the first look", () => {
  let folder: string;
  let program: string;
  let file: Pick<ProcessExec, "device" | "inode">;
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "masthead-processes-")));
    program = join(folder, "program");
    copyFileSync("/bin/true", program);
    file = executableFile(statSync(program, { bigint: true }));
    symlinkSync(program, join(folder, "link"));
    linkSync(program, join(folder, "hard-link"));
    writeFileSync(join(folder, "script"), `#! ${join(folder, "link")} -x\n`);
    writeFileSync(join(folder, "other"), "#!/bin/false\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pathOf = (given: string, facts: Partial<ProcessExec> = {}): string | undefined => {
    const processes = new ProcessTable();
    processes.onExec(child({ ...file, file: given, command: "given", ...facts }));
    return processes.of(GONE).executablePath;
  };

  test.each([
    ["by its name", "program", "program"],
    ["by a link", "link", "program"],
    ["by another name of the same file", "hard-link", "hard-link"],
    ["by a script of which it is the interpreter", "script", "program"],
  ])("is what execve was given %s", (_, given, expected) => {
    expect(pathOf(join(folder, given))).toBe(join(folder, expected));
    expect(pathOf(relative(process.cwd(), join(folder, given))), "from its parent's folder").toBe(
      join(folder, expected),
    );
  });

  test.each(["other", "nowhere"])("is not what is there by now: %s", (given) => {
    const path = join(folder, given);
    expect(pathOf(path), "as it was given").toBe(path);
    expect(pathOf(relative(process.cwd(), path))).toBeUndefined();
  });

  test("a name leads from the root of this host where the parent is gone, too", () => {
    expect(pathOf(join(folder, "link"), { parentPid: GONE })).toBe(program);
    expect(pathOf("link", { parentPid: GONE })).toBeUndefined();
  });
});

test("what ran before anything was heard of it is named at the beginning", () => {
  const processes = new ProcessTable();
  processes.begin([process.pid]);
  processes.keep(new Set());
  expect(processes.of(process.pid).executablePath).toBe(process.execPath);
  processes.onTarget(child({ parentPid: GONE }));
  expect(processes.of(GONE).executablePath, "of another that runs it").toBe(process.execPath);
});
