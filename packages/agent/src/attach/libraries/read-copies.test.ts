import { expect, test } from "vitest";
import { KERNEL_PROCESS } from "../../capture/kernel-processes.js";
import type { LibrarySite, SiteFunction } from "../sites/site.js";
import type { Library } from "./library-probes.js";
import { ReadCopies } from "./read-copies.js";

const PROCESS_BYTES = 64;

const site = (name: SiteFunction): LibrarySite => ({
  ...{ function: name, symbol: name, inner: true, offset: 0, kind: "call", cost: "emulated" },
});

const library = (pid: number, sites: SiteFunction[] = ["read_copy", "write_ex"]): Library => ({
  ...{ identity: `8:1:${pid}`, path: `/lib/${pid}`, link: "session", isUnknownBuild: false, retryAtScan: 0 },
  ...{ sites: sites.map(site), linkIds: sites.map((_, place) => place), isProgram: false },
  ...{ pids: new Set([pid]), cached: false },
});

/** Libraries that are asked to change, over processes of which the kernel noted these fields. */
const copies = (
  libraries: Library[],
  noted: Record<number, Partial<Record<keyof typeof KERNEL_PROCESS, number>>>,
) => {
  const added: Library[] = [];
  const dropped: Library[] = [];
  const table = {
    seenAt: "copy" as "copy" | "call",
    all: () => libraries,
    addCalls: (one: Library) => {
      added.push(one);
      one.sites.push(site("read_ex"));
      one.linkIds.push(9);
    },
    dropCopies: (...these: Library[]) => {
      dropped.push(...these);
      for (const one of these) one.sites = one.sites.filter((each) => each.function !== "read_copy");
    },
  };
  const lookupTable = (_table: string, key: Uint8Array) => {
    const fields = noted[Buffer.from(key).readUInt32LE(0)];
    if (!fields) return null;
    const value = Buffer.alloc(PROCESS_BYTES);
    for (const [field, number] of Object.entries(fields))
      value.writeUInt32LE(number, KERNEL_PROCESS[field as keyof typeof KERNEL_PROCESS]);
    return value;
  };
  const asked = { isTimed: false };
  const its = new ReadCopies({ lookupTable }, table, () => asked.isTimed);
  return { its, added, dropped, table, asked };
};

test("a library is changed of which a process moves ciphertext itself, or of which no read is ever seen", () => {
  const [plain, foreign, silent, seldom, read] = [1, 2, 3, 4, 5].map((pid) => library(pid)) as Library[];
  const { its, added, table } = copies([plain, foreign, silent, seldom, read] as Library[], {
    1: {},
    2: { foreign_bios: 1 },
    3: { unread: 8 },
    4: { unread: 7 },
    5: { unread: 800, has_read: 1 },
  });
  its.leave();
  expect(added).toEqual([foreign, silent]);
  its.leave();
  expect(added).toEqual([foreign, silent]);
  expect(table.seenAt).toBe("copy");
});

test("all are where a policy asks for timings, and those that come stand at calls from the start", () => {
  const [one, other] = [library(1), library(2, ["read_ex", "write_ex"])];
  const { its, added, table, asked } = copies([one, other], {});
  asked.isTimed = true;
  its.leave();
  expect(added).toEqual([one]);
  asked.isTimed = false;
  its.leave();
  expect(table.seenAt).toBe("call");
});

test("copies stand beside calls for some scans, and a few go in each", () => {
  const libraries = Array.from({ length: 6 }, (_, index) => library(index + 1));
  const { its, dropped, asked } = copies(libraries, {});
  its.drop();
  asked.isTimed = true;
  its.leave();
  const perScan = Array.from({ length: 8 }, () => {
    const before = dropped.length;
    its.drop();
    return dropped.length - before;
  });
  expect(perScan).toEqual([0, 0, 0, 4, 2, 0, 0, 0]);
  expect(new Set(dropped)).toEqual(new Set(libraries));
});
