import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bucketSubject, POLICY_BUCKET, POLICY_SET_KEY } from "@masthead/shared/subjects";
import { encodePolicySet } from "@masthead/shared/wire/codec";
import type { PolicyState } from "@masthead/shared/wire/heartbeat";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MemoryMessaging } from "../testing/memory-messaging.js";
import { PolicyFollower } from "./policy-follower.js";
import { PolicyStore } from "./policy-store.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "masthead-policies-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const set = (revision: number) => ({ v: 1 as const, revision, policies: [] });

function following() {
  const applied: number[] = [];
  const states: PolicyState[] = [];
  const faults: Error[] = [];
  const bad = new Set<number>();
  const follower = new PolicyFollower(
    {
      apply: ({ revision }) => {
        if (bad.has(revision)) throw new Error(`revision ${revision} does not fit`);
        applied.push(revision);
      },
      onState: (state) => states.push(state),
      onFault: (error) => faults.push(error),
    },
    new PolicyStore(dir),
  );
  return { follower, applied, states, faults, bad };
}

test("newest revision wins, and nothing goes back", async () => {
  const { follower, applied } = following();
  for (const revision of [3, 2, 3, 5, 4]) await follower.offer(set(revision));
  expect(applied).toEqual([3, 5]);
  expect(follower.state).toEqual({ desired: 5, attempted: 5, attemptedResult: "ok", effective: 5 });
});

test("a set that fails leaves the last good one running, and says why", async () => {
  const { follower, applied, bad } = following();
  bad.add(4);
  await follower.offer(set(3));
  await follower.offer(set(4));
  expect(follower.state).toEqual({
    desired: 4,
    attempted: 4,
    attemptedResult: "failed",
    attemptedError: "revision 4 does not fit",
    effective: 3,
  });
  await follower.offer(set(5));
  expect(applied).toEqual([3, 5]);
  expect(follower.state).toEqual({ desired: 5, attempted: 5, attemptedResult: "ok", effective: 5 });
});

test("without the control plane the last good set is in force", async () => {
  const first = following();
  first.bad.add(8);
  await first.follower.offer(set(7));
  await first.follower.offer(set(8));
  const messaging = new MemoryMessaging();
  messaging.isConnected = false;
  const second = following();
  await second.follower.start(messaging);
  expect(second.applied).toEqual([7]);
});

test("hears changes, asks at each connection, and survives what it cannot read", async () => {
  const { follower, applied, faults } = following();
  const messaging = new MemoryMessaging();
  messaging.values.set(`${POLICY_BUCKET}/${POLICY_SET_KEY}`, await encodePolicySet(set(2)));
  await follower.start(messaging);
  messaging.connect();
  await vi.waitFor(() => expect(applied).toEqual([2]));
  const subject = bucketSubject(POLICY_BUCKET, ">");
  messaging.deliver(subject, Buffer.from("nonsense"));
  await vi.waitFor(() => expect(faults).toHaveLength(1));
  messaging.deliver(subject, await encodePolicySet(set(9)));
  await vi.waitFor(() => expect(applied).toEqual([2, 9]));
});
