import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { nativeAddon } from "@masthead/agent/capture/native-addon";
import { NativeError } from "@masthead/agent/capture/native-error";
import { linkOffers } from "@masthead/agent/capture/native-programs";
import {
  type CaptureSession,
  type KernelIds,
  openSession,
  type SessionOptions,
} from "@masthead/agent/capture/native-session";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { buildObject, remaining, startTarget, type Target } from "./native-session/fixture.js";

/** The addon against the real kernel, with a small object of its own: every kind of link, the ring, the hand-off, the end. */

const ADDON = fileURLToPath(
  new URL("../../packages/agent/native/build/Release/masthead_native.node", import.meta.url),
);
const COOKIE = 0x1234;

let cleanup: Cleanup;
let objectPath: string;
let target: Target;

beforeEach(async () => {
  cleanup = new Cleanup();
  const folder = cleanup.folder();
  objectPath = buildObject(folder);
  target = await startTarget(cleanup, folder);
});
afterEach(() => cleanup.run());

const open = (options: Partial<SessionOptions> = {}): CaptureSession => {
  const session = openSession({ objectPath, pollEveryMs: 2, ...options });
  cleanup.add(() => session.close());
  return session;
};

const attach = (session: CaptureSession, kind: "call" | "entry" = "call"): number =>
  session.attachUprobe({
    path: target.path,
    offset: target.offset,
    cookie: COOKIE,
    link: session.info.links[0] ?? "perf",
    kind,
  });

interface Probe {
  cookie: bigint;
  pid: number;
  kind: number;
}

/** Records of the small object: 20 bytes at entry, padded to 24, and 24 at return. */
const parse = (records: Uint8Array, count: number): Probe[] => {
  const buffer = Buffer.from(records);
  expect(buffer.length).toBe(24 * count);
  return Array.from({ length: count }, (_, index) => ({
    cookie: buffer.readBigUInt64LE(24 * index),
    pid: buffer.readUInt32LE(24 * index + 8),
    kind: buffer.readUInt32LE(24 * index + 12),
  }));
};

const collect = (session: CaptureSession): Probe[] => {
  const seen: Probe[] = [];
  session.start((records, count) => seen.push(...parse(records, count)));
  return seen;
};

const gone = (ids: KernelIds) =>
  until("the kernel to have freed everything", () => {
    const left = [remaining("prog", ids.programs), remaining("map", ids.maps), remaining("link", ids.links)];
    return left.every((each) => each.length === 0);
  });

const offered = linkOffers().filter((offer) => offer.offered);

describe.each(offered)("links of kind $kind", ({ kind }) => {
  test("see entry and return of every call, with the site's cookie, and nothing once detached", async () => {
    const session = open({ bestLink: kind });
    expect(session.info.links).toEqual([kind]);
    const link = attach(session);
    const seen = collect(session);
    await target.call(1000);
    session.detach(link);
    await target.call(10);
    await session.stop();
    expect(seen.filter((probe) => probe.kind === 1)).toHaveLength(1000);
    expect(seen.filter((probe) => probe.kind === 2)).toHaveLength(1000);
    expect(new Set(seen.map((probe) => probe.cookie))).toEqual(new Set([BigInt(COOKIE)]));
    expect(new Set(seen.map((probe) => probe.pid))).toEqual(new Set([target.pid]));
  });

  test("see only the entry where only that is asked for", async () => {
    const session = open({ bestLink: kind });
    attach(session, "entry");
    const seen = collect(session);
    await target.call(100);
    await session.stop();
    expect(seen.map((probe) => probe.kind)).toEqual(Array.from({ length: 100 }, () => 3));
  });

  test("leave nothing behind once the session is closed", async () => {
    const session = open({ bestLink: kind });
    attach(session);
    const ids = session.kernelIds();
    expect(remaining("prog", ids.programs)).toEqual(ids.programs);
    expect(remaining("map", ids.maps)).toEqual(ids.maps);
    expect(remaining("link", ids.links)).toEqual(ids.links);
    session.close();
    session.close();
    await gone(ids);
    await target.call(10);
  });
});

test("does without an optional program that the kernel refuses, and says which and why", () => {
  const { info } = open();
  expect(info.programs).toContain("socket_send");
  expect(info.programs).not.toContain("socket_receive");
  expect(info.absent).toEqual([
    { program: "socket_receive", reason: expect.stringContaining("masthead_absent") },
  ]);
});

describe("failures say what was tried and what to do", () => {
  const failure = (call: () => unknown): NativeError => {
    try {
      call();
    } catch (error) {
      if (error instanceof NativeError) return error;
      throw error;
    }
    throw new Error("nothing failed");
  };

  test("a file that is not there", () => {
    const session = open();
    const site = { path: "/nonexistent", offset: 0, cookie: 0, kind: "call" as const };
    const error = failure(() => session.attachUprobe({ ...site, link: session.info.links[0] ?? "perf" }));
    expect(error).toMatchObject({ code: "ENOENT", operation: expect.stringContaining("/nonexistent") });
  });

  test("an object that is not there, or is none", () => {
    expect(failure(() => openSession({ objectPath: "/nonexistent.o" })).code).toBe("ENOENT");
    expect(failure(() => openSession({ objectPath: target.path })).message).toMatch(/^(open|load) /);
  });

  test("a map that is not there, keys and values of another size", () => {
    const session = open();
    const key = new Uint8Array(4);
    expect(failure(() => session.lookupTable("nothing", key)).code).toBe("ENOENT");
    expect(failure(() => session.lookupTable("table", new Uint8Array(3))).message).toContain("4 bytes");
    expect(failure(() => session.updateTable("table", key, new Uint8Array(9))).message).toContain("8 bytes");
    expect(failure(() => session.updateTable("counters", key, new Uint8Array(8))).code).toBe("EINVAL");
  });

  test("a closed session", () => {
    const session = open();
    session.close();
    expect(failure(() => session.counters()).code).toBe("EBADF");
    expect(failure(() => session.synchronize()).code).toBe("EBADF");
    expect(failure(() => attach(session)).code).toBe("EBADF");
  });

  test("an argument that is no Uint8Array", () => {
    const session = open();
    expect(() => session.lookupTable("table", "text" as unknown as Uint8Array)).toThrow(TypeError);
  });
});

test("tables take, list and give up entries", () => {
  const session = open();
  const key = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
  const value = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect(session.lookupTable("table", key(1))).toBeNull();
  session.updateTable("table", key(1), value);
  session.updateTable("table", key(2), value);
  expect(session.lookupTable("table", key(1))).toEqual(value);
  expect(
    session
      .tableKeys("table")
      .map((each) => each[0])
      .sort(),
  ).toEqual([1, 2]);
  expect(session.deleteFromTable("table", key(1))).toBe(true);
  expect(session.deleteFromTable("table", key(1))).toBe(false);
  expect(session.tableKeys("table")).toEqual([key(2)]);
  session.synchronize();
});

test("counters are summed over the CPUs", async () => {
  const session = open();
  attach(session);
  await target.call(321);
  expect(session.counters()).toEqual([0, 321, 321, 0]);
});

test("a run of a syscall program brings its context back", () => {
  const session = open({ extraPrograms: ["parse_test"] });
  const question = new BigUint64Array([2n, 40n, 0n]);
  const { returnValue, data } = session.testRun("parse_test", new Uint8Array(question.buffer));
  expect(returnValue).toBe(7);
  expect(new BigUint64Array(data.buffer)[2]).toBe(42n);
});

test("while paused, records stay in the ring; what does not fit is the ring's loss, counted in the kernel", async () => {
  const session = open();
  attach(session);
  const seen = collect(session);
  session.pause();
  await target.call(2000);
  const [lost = 0, entries = 0, returns = 0] = session.counters();
  expect(entries + returns).toBe(4000);
  expect(lost).toBeGreaterThan(0);
  expect(session.statistics().ringBytes).toBeGreaterThan(60_000);
  session.resume();
  await until("the ring to be empty", () => session.statistics().ringBytes === 0);
  await session.stop();
  expect(seen.length + lost).toBe(4000);
});

test("a full hand-off leaves records in the ring until JavaScript has taken what it was given", async () => {
  const session = open({ handoffBytes: 1 });
  attach(session);
  const seen = collect(session);
  target.ask(400);
  const deadline = Date.now() + 60_000;
  const busyUntil = (condition: () => boolean) => {
    while (!condition() && Date.now() < deadline);
  };
  // JavaScript takes nothing meanwhile: the poll thread goes on alone, and has to stop at the bound.
  busyUntil(() => session.statistics().batches > 0);
  target.ask(100);
  busyUntil(() => session.statistics().handoffStalls > 0);
  expect(session.statistics()).toMatchObject({
    batches: 1,
    ringBytes: expect.toSatisfy((bytes) => bytes > 0),
  });
  await until("every record to arrive", () => seen.length >= 1000);
  await session.stop();
  expect(seen).toHaveLength(1000);
  expect(session.statistics()).toMatchObject({ records: 1000, ringBytes: 0, handoffBytes: 0 });
});

test("stopping hands over what is in the ring, also while paused", async () => {
  const session = open();
  attach(session);
  const seen = collect(session);
  session.pause();
  await target.call(300);
  await Promise.all([session.stop(), session.stop()]);
  expect(seen).toHaveLength(600);
});

test("closing while records arrive ends at once", async () => {
  const session = open();
  attach(session);
  collect(session);
  await target.call(300);
  const ids = session.kernelIds();
  session.close();
  await session.stop();
  await gone(ids);
});

test("a worker that ends with a session open leaves nothing", async () => {
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { Session } = require(workerData.addon);
     const session = new Session(workerData.objectPath, [{ name: "ssl_entry", attachType: 0 }], {});
     session.attachPerf("ssl_entry", workerData.path, workerData.offset, 1, false);
     session.start("records", 1, 1e6, () => {});
     parentPort.postMessage(session.kernelIds());`,
    { eval: true, workerData: { addon: ADDON, objectPath, path: target.path, offset: target.offset } },
  );
  const ids = await new Promise<KernelIds>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  await target.call(50);
  await worker.terminate();
  await gone(ids);
});

describe("a process that ends with a session open leaves nothing", () => {
  const script = (ending: string) => `
    const { Session } = require(${JSON.stringify(ADDON)});
    const session = new Session(${JSON.stringify(objectPath)}, [{ name: "ssl_entry", attachType: 0 }], {});
    session.attachPerf("ssl_entry", ${JSON.stringify(target.path)}, ${target.offset}, 1, false);
    session.start("records", 1, 1e6, () => {});
    process.stdout.write(JSON.stringify(session.kernelIds()) + "\\n", () => { ${ending} });`;

  test.each([
    ["process.exit()", "process.exit(3)", 3],
    ["an uncaught exception", "throw new Error('planted')", 1],
    ["SIGKILL", "process.kill(process.pid, 'SIGKILL')", null],
  ])("%s", async (_, ending, expected) => {
    const child = spawn(process.execPath, ["-e", script(ending)], { stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(expected);
    await gone(JSON.parse(output) as KernelIds);
    await target.call(10);
  });
});

test("the addon names the libbpf that it runs with", () => {
  expect(nativeAddon().libbpfVersion).toMatch(/^v1\./);
});
