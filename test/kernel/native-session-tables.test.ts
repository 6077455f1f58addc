import { nativeAddon } from "@masthead/agent/capture/native-addon";
import { NativeError } from "@masthead/agent/capture/native-error";
import {
  type CaptureSession,
  openSession,
  type SessionOptions,
} from "@masthead/agent/capture/native-session";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cleanup } from "../support/cleanup.js";
import { attachTo, openSmall, prepare, type Target } from "./native-session/fixture.js";

/** Tables, test runs and failures of the addon, against the real kernel. */

let cleanup: Cleanup;
let objectPath: string;
let target: Target;

beforeEach(async () => {
  ({ cleanup, objectPath, target } = await prepare());
});
afterEach(() => cleanup.run());

const open = (options?: Partial<SessionOptions>): CaptureSession => openSmall(cleanup, objectPath, options);
const attach = (session: CaptureSession, kind?: "call" | "entry"): number => attachTo(target, session, kind);

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
    const site = { path: "/nonexistent", offset: 0, cookie: 0n, kind: "call" as const };
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

test("a run of a syscall program brings its context back", () => {
  const session = open({ extraPrograms: ["parse_test"] });
  const question = new BigUint64Array([2n, 40n, 0n]);
  const { returnValue, data } = session.testRun("parse_test", new Uint8Array(question.buffer));
  expect(returnValue).toBe(7);
  expect(new BigUint64Array(data.buffer)[2]).toBe(42n);
});

test("the addon names the libbpf that it runs with", () => {
  expect(nativeAddon().libbpfVersion).toMatch(/^v1\./);
});
