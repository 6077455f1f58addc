import { linkOffers } from "@masthead/agent/capture/native-programs";
import type { CaptureSession, SessionOptions } from "@masthead/agent/capture/native-session";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cleanup } from "../support/cleanup.js";
import { gone, remaining } from "../support/kernel-objects.js";
import { until } from "../support/until.js";
import { attachTo, COOKIE, collect, openSmall, prepare, type Target } from "./native-session/fixture.js";

/** The addon against the real kernel, with a small object of its own: every kind of link, the ring, the hand-off. */

let cleanup: Cleanup;
let objectPath: string;
let target: Target;

beforeEach(async () => {
  ({ cleanup, objectPath, target } = await prepare());
});
afterEach(() => cleanup.run());

const open = (options?: Partial<SessionOptions>): CaptureSession => openSmall(cleanup, objectPath, options);
const attach = (session: CaptureSession, kind?: "call" | "entry"): number => attachTo(target, session, kind);

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
    expect(new Set(seen.map((probe) => probe.cookie))).toEqual(new Set([COOKIE]));
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

  test("are detached together, those that are gone already passed over", async () => {
    const session = open({ bestLink: kind });
    const before = session.kernelIds().links;
    const links = Array.from({ length: 20 }, () => attach(session));
    const during = session.kernelIds().links;
    session.detach(...links.slice(0, 2));
    session.detach(...links);
    expect(session.kernelIds().links).toEqual(before);
    await until("their ends", () => remaining("link", during).length === before.length);
    await target.call(10);
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
    { program: "socket_syscall", reason: expect.stringContaining("ENOENT") },
  ]);
});

test("counters are summed over the CPUs", async () => {
  const session = open();
  attach(session);
  await target.call(321);
  expect(session.counters()).toEqual([0, 321, 321, 0]);
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

test("JavaScript gets to other things between hand-offs, however fast records come", async () => {
  const handoffBytes = 4_096;
  const session = open({ handoffBytes });
  attach(session);
  const taken: { turn: number; bytes: number }[] = [];
  let turn = 0;
  const nextTurn = () => {
    turn += 1;
    if (taken.length < 40) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  const deadline = Date.now() + 60_000;
  session.start(({ byteLength }) => {
    // What comes when nobody counts turns any more is of none.
    if (taken.length >= 40) return;
    taken.push({ turn, bytes: byteLength });
    // Slower than they come: the poll thread has something to read and room for it, or none.
    const { batches, handoffStalls } = session.statistics();
    target.ask(100);
    while (Date.now() < deadline) {
      const now = session.statistics();
      if (now.batches > batches || now.handoffStalls > handoffStalls) break;
    }
  });
  target.ask(400);
  await until("forty batches", () => taken.length >= 40);
  const largest = Math.max(...taken.map(({ bytes }) => bytes));
  const bytesOf = new Map<number, number>();
  for (const one of taken) bytesOf.set(one.turn, (bytesOf.get(one.turn) ?? 0) + one.bytes);
  expect(Math.max(...bytesOf.values())).toBeLessThanOrEqual(handoffBytes + largest);
  await session.stop();
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
