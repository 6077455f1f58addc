import { agentIdSchema } from "@masthead/shared/ids";
import { committedSubject } from "@masthead/shared/subjects";
import { expect, test } from "vitest";
import { MemoryMessaging } from "../testing/memory-messaging.js";
import { OVERTAKEN, WatermarkFollower } from "./watermark-follower.js";

const agentId = agentIdSchema.parse("web-1");

/** A run that hears what the control plane knows. */
const follow = (epoch: number) => {
  const messaging = new MemoryMessaging();
  const faults: string[] = [];
  const heard: number[][] = [];
  const follower = new WatermarkFollower(
    { agentId, epoch },
    messaging,
    async ({ epochs }) => void heard.push(epochs.map((mark) => mark.epoch)),
    (error) => faults.push(error.message),
  );
  follower.start();
  const tell = (epochs: readonly number[], of: string = agentId) => {
    const marks = epochs.map((epoch) => ({ epoch, committedThrough: 1, gaps: [], refused: [] }));
    const text = JSON.stringify({ v: 1, agentId: of, epochs: marks });
    messaging.deliver(committedSubject(agentId), new TextEncoder().encode(text));
  };
  return { follower, faults, heard, tell };
};

test("a run after this one is told once, and what is committed counts all the same", () => {
  const { follower, faults, heard, tell } = follow(20);
  tell([20, 10]);
  expect([follower.isOvertaken, faults]).toEqual([false, []]);
  tell([30, 20]);
  tell([30, 20]);
  expect([follower.isOvertaken, faults]).toEqual([true, [OVERTAKEN]]);
  expect(heard).toEqual([
    [20, 10],
    [30, 20],
    [30, 20],
  ]);
});

test("what cannot be read, and what is another agent's, changes nothing", () => {
  const { follower, faults, heard, tell } = follow(20);
  tell([30], "web-2");
  tell([-1]);
  expect([follower.isOvertaken, heard]).toEqual([false, []]);
  expect(faults).toEqual(["an unreadable watermark", "an unreadable watermark"]);
});
