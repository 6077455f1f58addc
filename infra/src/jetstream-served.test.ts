import { NatsError } from "nats";
import { expect, it } from "vitest";
import { jetStreamIsServed } from "./jetstream-served.js";

const NOBODY = new NatsError("503", "503");

const asked = async (...answers: (Error | undefined)[]): Promise<number> => {
  let times = 0;
  await jetStreamIsServed(async () => {
    const error = answers[Math.min(times++, answers.length - 1)];
    if (error) throw error;
  });
  return times;
};

it("asks again while nobody serves it, and not for ever", async () => {
  expect(await asked(undefined)).toBe(1);
  expect(await asked(NOBODY, NOBODY, undefined)).toBe(3);
  expect(await asked(NOBODY, new Error("the disk is full"))).toBe(2);
  expect(await asked(NOBODY)).toBe(100);
});
