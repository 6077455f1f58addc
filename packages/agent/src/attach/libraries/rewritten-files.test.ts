import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SessionInfo } from "../../capture/native-session.js";
import { HOSTS_OPENSSL } from "../../testing/openssl-libraries.js";
import { type ChooseSites, chooseSites } from "../runtimes.js";
import { LibraryTable } from "./library-table.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-rewritten-"));
  path = join(folder, "library");
  copyFileSync(HOSTS_OPENSSL, path);
});
afterEach(() => {
  table.close();
  rmSync(folder, { recursive: true, force: true });
});

let table: LibraryTable;
/** A table, and how many probes stand in the end. */
const makeTable = () => {
  const standing = new Set<number>();
  const warnings: string[] = [];
  let looks = 0;
  let last = 0;
  const info = { links: ["multi"], returnBy: "probe", seenAt: "call" } as unknown as SessionInfo;
  const session = {
    info,
    attachUprobe: () => {
      standing.add(++last);
      return last;
    },
    detach: (...ids: number[]) => {
      for (const id of ids) standing.delete(id);
    },
  };
  const choose: ChooseSites = (elf) => {
    looks += 1;
    return chooseSites(elf);
  };
  table = new LibraryTable(session, choose, (message) => warnings.push(message));
  return { standing, warnings, looks: () => looks };
};

test("the probes of a file are gone as soon as it is written to, and stand again a while after", async () => {
  const { standing, warnings } = makeTable();
  table.sight(path, { pid: process.pid });
  const before = standing.size;
  expect(before).toBeGreaterThan(3);
  appendFileSync(path, "more");
  await vi.waitFor(() => expect(standing.size).toBe(0));
  expect(table.all()).toEqual([]);
  // Somebody goes on writing.
  table.prune();
  appendFileSync(path, "and more");
  table.prune();
  expect(standing.size).toBe(0);
  table.prune();
  expect(standing.size).toBe(before);
  expect(table.all()).toMatchObject([{ path, pids: new Set([process.pid]) }]);
  expect(warnings).toEqual([]);
});

test("where no watch told, whoever meets it or the next scan finds out, and says who has it", () => {
  const { standing, warnings } = makeTable();
  table.sight(path, { pid: 7 });
  appendFileSync(path, "more");
  expect(table.sight(path, { pid: process.pid })).toMatchObject({ pids: new Set([process.pid]) });
  expect(standing.size).toBeGreaterThan(3);
  expect(warnings).toEqual([expect.stringContaining(`process ${process.pid} has mapped it`)]);
  appendFileSync(path, "more");
  table.prune();
  expect(standing.size).toBe(0);
  expect(warnings).toHaveLength(2);
});

test("another name is no other content", () => {
  const { standing, looks } = makeTable();
  const other = join(folder, "other");
  table.sight(path, { pid: 7 });
  const before = standing.size;
  renameSync(path, other);
  writeFileSync(path, "another file");
  table.prune();
  renameSync(other, path);
  table.prune();
  expect(table.sight(path, { pid: 8 })).toMatchObject({ pids: new Set([7, 8]) });
  expect([standing.size, looks()]).toEqual([before, 1]);
});

test("a program that carried none is looked through again once it is another", () => {
  const { looks } = makeTable();
  const program = join(folder, "program");
  copyFileSync("/bin/true", program);
  for (const pid of [1, 2]) expect(table.sightProgram(program, { pid })).toBeUndefined();
  expect([looks(), table.knows(program)]).toEqual([1, true]);
  copyFileSync(HOSTS_OPENSSL, program);
  expect(table.knows(program)).toBe(false);
  expect(table.sightProgram(program, { pid: 3 })).toMatchObject({ runtime: "openssl" });
});

test("one that could not be read is read again at once when it has changed", () => {
  makeTable();
  writeFileSync(path, "half of it");
  expect(table.sight(path, "cache")).toHaveProperty("failure");
  copyFileSync(HOSTS_OPENSSL, path);
  utimesSync(path, 1, 1);
  expect(table.sight(path, "cache")).not.toHaveProperty("failure");
});
