import { copyFileSync, existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProbeSite, SessionInfo } from "../../capture/native-session.js";
import type { SeenAt } from "../../capture/seen-at.js";
import { armCryptoTls } from "../../testing/go-code-for-arm64.js";
import { goProgramBytes } from "../../testing/go-program.js";
import { NODE_WITH_OPENSSL } from "../../testing/node-with-openssl.js";
import { HOSTS_OPENSSL } from "../../testing/openssl-libraries.js";
import { type ChooseSites, chooseSites } from "../runtimes.js";
import { UnknownBuild } from "../unknown-build.js";
import { LibraryTable } from "./library-table.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "masthead-table-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INFO: SessionInfo = {
  ...{
    links: ["multi"],
    programs: [],
    absent: [],
    objectPath: "",
    refusedBuilds: [],
    refusedLinks: [],
    returnBy: "probe",
    seenAt: "call",
  },
};

/** A table over a session that notes what it is asked for, and how often a file was looked through. */
const tableWith = (choose: ChooseSites = (elf) => chooseSites(elf), info: Partial<SessionInfo> = {}) => {
  const attached: ProbeSite[] = [];
  let looks = 0;
  const session = {
    info: { ...INFO, ...info },
    attachUprobe: (site: ProbeSite) => attached.push(site),
    detach: () => {},
  };
  const table = new LibraryTable(session, (elf, seenAt) => {
    looks += 1;
    return choose(elf, seenAt);
  });
  return { table, attached, looks: () => looks };
};

test("a program with TLS inside is looked through once, however often it is met", () => {
  const { table, attached, looks } = tableWith();
  const library = table.sightProgram(NODE_WITH_OPENSSL, { pid: 1 });
  expect(library).toMatchObject({ runtime: "openssl", path: NODE_WITH_OPENSSL });
  expect(attached.length).toBeGreaterThan(3);
  expect(table.sightProgram(NODE_WITH_OPENSSL, { pid: 2 })).toBe(library);
  expect([...(library?.pids ?? [])]).toEqual([1, 2]);
  expect(looks()).toBe(1);
});

test.each([
  ["copy", "probe", "copy"],
  ["call", "probe", "call"],
  ["copy", "instruction", "call"],
] as const)(
  "a program is seen at the %s, where returns are seen by %s: at the %s",
  (seenAt, returnBy, expected) => {
    const asked: SeenAt[] = [];
    const note: ChooseSites = (elf, at) => {
      asked.push(at);
      return chooseSites(elf);
    };
    const { table } = tableWith(note, { seenAt, returnBy });
    table.sightProgram(NODE_WITH_OPENSSL, { pid: 1 });
    expect(asked).toEqual([expected]);
  },
);

test("one without, and what is no program, are looked through once; neither is in the table", () => {
  const { table, looks } = tableWith();
  const script = join(folder, "script");
  writeFileSync(script, "#!/bin/sh\n");
  for (const path of ["/bin/true", script, "/bin/true", script, join(folder, "nothing")])
    expect(table.sightProgram(path, { pid: 1 })).toBeUndefined();
  expect(looks()).toBe(1);
  expect(table.all()).toEqual([]);
});

test("where the way to a file is gone before it was attached, the next who leads to it is asked at once", () => {
  const [first, second] = [join(folder, "of-a-container"), join(folder, "of-another")];
  copyFileSync(HOSTS_OPENSSL, first);
  linkSync(first, second);
  const { table, looks } = tableWith((elf) => {
    if (existsSync(first)) {
      rmSync(first);
      throw Object.assign(new Error("gone"), { code: "ENOENT" });
    }
    return chooseSites(elf);
  });
  expect(table.sight(first, { pid: 1 })).toMatchObject({ failure: expect.stringContaining("ENOENT") });
  const library = table.sight(second, { pid: 2 });
  expect(library).toMatchObject({ runtime: "openssl", pids: new Set([1, 2]) });
  expect(library).not.toHaveProperty("failure");
  expect(looks()).toBe(2);
});

test("where an attachment is refused, nobody asks again at once", () => {
  const { table, looks } = tableWith(() => {
    throw new Error("refused");
  });
  for (const pid of [1, 2, 3])
    expect(table.sight(HOSTS_OPENSSL, { pid })).toMatchObject({ failure: "refused" });
  expect(looks()).toBe(1);
});

test("where the table is full, what no process maps makes room, and nothing else does", () => {
  const { table } = tableWith();
  const sight = (file: number) => {
    const path = join(folder, `file-${file}`);
    writeFileSync(path, "no library");
    return table.sight(path, { pid: file });
  };
  for (let file = 1; file <= 1024; file += 1) expect(sight(file)).toHaveProperty("failure");
  expect(sight(1025)).toEqual({ unsighted: "1024 libraries are probed, which is the most there may be" });
  expect(table.refused).toBe(1);
  table.forget(7);
  expect(sight(1025)).toHaveProperty("failure");
  expect(table.all()).toHaveLength(1024);
  expect(table.all().filter(({ path }) => /-(7|8|1025)$/.test(path))).toMatchObject([
    { path: join(folder, "file-8") },
    { path: join(folder, "file-1025") },
  ]);
  expect(table.refused).toBe(1);
});

test("one that is not known how to follow is in the table, which says why", () => {
  const { table, looks } = tableWith(() => {
    throw new UnknownBuild("go1.99 on x86-64");
  });
  expect(table.sightProgram("/bin/true", { pid: 1 })).toMatchObject({
    ...{ isUnknownBuild: true, failure: expect.stringContaining("go1.99") },
  });
  table.sightProgram("/bin/true", { pid: 1 });
  expect(looks()).toBe(1);
});

test.runIf(process.arch === "x64")(
  "no probe stands on code of another machine, which an emulator runs",
  () => {
    const path = join(folder, "emulated");
    const program = { generation: "1.20", version: "go1.22.1", functions: armCryptoTls() } as const;
    writeFileSync(path, goProgramBytes({ ...program, machine: "aarch64" }));
    const { table, attached, looks } = tableWith();
    expect(table.sightProgram(path, { pid: 1 })).toBeUndefined();
    expect(table.sight(path, "cache")).toMatchObject({
      failure: "it is code for aarch64, run by an emulator",
    });
    expect([attached.length, looks()]).toEqual([0, 0]);
  },
);
