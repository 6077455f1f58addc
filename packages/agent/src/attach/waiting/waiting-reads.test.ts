import { beforeEach, describe, expect, test } from "vitest";
import type { ProbeSite } from "../../capture/native-session.js";
import { fileIdentity } from "../file-identity.js";
import { isTlsLibraryName } from "../libraries/library-name.js";
import type { Library } from "../libraries/library-probes.js";
import { cachedLibraries, readLoaderCache } from "../libraries/loader-cache.js";
import type { ThreadWait } from "./thread-wait.js";
import { WaitingReads } from "./waiting-reads.js";

const cache = readLoaderCache("");
const OPENSSL =
  (cache ? cachedLibraries(cache, isTlsLibraryName) : []).find((path) => /libssl\.so\.3$/.test(path)) ?? "";

/** Process 10, whose threads wait as told; table and probes as the kernel would have them. */
const table = new Map<number, { descriptor: number; hasDescriptor: boolean }>();
const probes = new Map<number, ProbeSite>();
const waits = new Map<number, ThreadWait>();
let isWanted: boolean;
let isFull: boolean;
let guarded: boolean;
/** of `waiting_threads` */
let count: number;
let reads: WaitingReads;

const key = (bytes: Uint8Array) => Buffer.from(bytes).readUInt32LE();
const wait = (thread: number, systemCall = 0, stackPointer = "0x7f00"): ThreadWait => ({
  ...{ thread, systemCall, arguments: ["0x5", "0x1"], stackPointer },
});
const SITE = {
  function: "read",
  symbol: "SSL_read",
  inner: false,
  offset: 1,
  kind: "call",
  cost: "emulated",
} as const;
const library = (): Library => ({
  ...{ identity: fileIdentity(OPENSSL), path: OPENSSL, runtime: "openssl", link: "multi" },
  ...{
    sites: [SITE],
    linkIds: [1],
    isProgram: false,
    isUnknownBuild: false,
    retryAtScan: 0,
    pids: new Set([10]),
    cached: true,
  },
});

beforeEach(() => {
  for (const each of [table, probes, waits]) each.clear();
  isWanted = true;
  isFull = guarded = false;
  count = 0;
  let lastLink = 0;
  const libraries = [library()];
  reads = new WaitingReads(
    {
      info: {
        links: ["multi"],
        programs: ["ssl_copy"],
        absent: [],
        objectPath: "",
        refusedBuilds: [],
        returnBy: "probe",
        seenAt: "call",
        refusedLinks: [],
      },
      attachUprobe(site) {
        probes.set(++lastLink, site);
        return lastLink;
      },
      detach: (...ids) => {
        for (const id of ids) probes.delete(id);
      },
      updateTable(map, thread, value) {
        const bytes = Buffer.from(value);
        if (map === "waiting_threads") {
          count = bytes.readUInt32LE(0);
          return;
        }
        if (isFull) throw new Error("E2BIG");
        if (count <= table.size) throw new Error("the kernel would not look it up");
        table.set(key(thread), {
          descriptor: bytes.readUInt32LE(0),
          hasDescriptor: bytes.readUInt32LE(4) === 1,
        });
      },
      deleteFromTable: (_, thread) => table.delete(key(thread)),
      lookupTable: (_, thread) => (table.has(key(thread)) ? new Uint8Array(8) : null),
    },
    { all: () => libraries },
    () => isWanted,
    {
      waitingThreads: (_, max) =>
        [...waits.values()]
          .slice(0, max)
          .map((each) => ({ ...each, descriptor: each.systemCall === 0 ? 5 : undefined })),
      waitOf: (_, thread) => waits.get(thread),
      hasShadowStack: () => guarded,
    },
  );
});

describe.runIf(process.arch === "x64")("threads that wait in a read of TLS", () => {
  test("their process is probed where its library copies, and nobody else", () => {
    waits.set(11, wait(11)).set(12, wait(12, 7));
    reads.look();
    expect(probes.size).toBeGreaterThan(0);
    for (const { pid, kind, path, cookie } of probes.values()) {
      expect({ pid, kind, path }).toEqual({ pid: 10, kind: "copy", path: OPENSSL });
      expect(cookie & 0xffn).toBe(10n);
    }
    expect([...table]).toEqual([
      [11, { descriptor: 5, hasDescriptor: true }],
      [12, { descriptor: 0, hasDescriptor: false }],
    ]);
  });

  test("until each of them has come back", () => {
    waits.set(11, wait(11)).set(12, wait(12));
    reads.look();
    // The kernel saw one read again from its entry on.
    table.delete(11);
    for (let scans = 0; scans < 5; scans++) reads.scan();
    expect(probes.size).toBeGreaterThan(0);
    expect([...table.keys()]).toEqual([12]);
    waits.set(12, wait(12, 0, "0x7e00"));
    reads.scan();
    waits.set(12, wait(12));
    reads.scan();
    waits.delete(12);
    reads.scan();
    expect([probes.size > 0, count]).toEqual([true, 1]);
    reads.scan();
    expect([probes.size, table.size, count]).toEqual([0, 0, 0]);
  });

  test("some hundred threads in one scan, the others in the next", () => {
    for (let thread = 1000; thread < 1700; thread++) waits.set(thread, wait(thread));
    reads.look();
    expect(table.size).toBe(700);
    waits.clear();
    reads.scan();
    reads.scan();
    expect(table.size).toBeGreaterThan(0);
    for (let scans = 0; scans < 3; scans++) reads.scan();
    expect(table.size).toBe(0);
  });

  test("not again as long as the process is captured, since its reads are noted from then on", () => {
    reads.look();
    waits.set(11, wait(11));
    reads.look();
    expect(table.size).toBe(0);
    isWanted = false;
    reads.look();
    isWanted = true;
    reads.look();
    expect([...table.keys()]).toEqual([11]);
    const before = probes.size;
    isWanted = false;
    reads.look();
    isWanted = true;
    reads.look();
    expect([probes.size, table.size]).toEqual([before, 1]);
  });

  test("not of a process that came since the last look", () => {
    reads.scan();
    waits.set(11, wait(11));
    reads.look();
    expect([probes.size, table.size]).toEqual([0, 0]);
  });

  test("let go as soon as nothing of the process is captured any more", () => {
    waits.set(11, wait(11));
    reads.look();
    isWanted = false;
    reads.look();
    expect(table.size).toBe(0);
    reads.scan();
    expect(probes.size).toBe(0);
  });

  test.each([
    ["nothing is captured", () => (isWanted = false)],
    ["a table has no room", () => (isFull = true)],
    ["the processor guards returns", () => (guarded = true)],
  ])("nothing is probed where %s", (_, given) => {
    given();
    waits.set(11, wait(11));
    reads.look();
    reads.scan();
    expect([probes.size, table.size, count]).toEqual([0, 0, 0]);
  });

  test.each(["forget", "close"] as const)("nothing is left after %s", (end) => {
    waits.set(11, wait(11));
    reads.look();
    reads[end](10);
    expect(table.size).toBe(0);
    if (end === "forget") reads.scan();
    expect([probes.size, table.size, count]).toEqual([0, 0, 0]);
  });
});
