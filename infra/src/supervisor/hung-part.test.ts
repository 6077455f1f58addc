import { expect, it } from "vitest";
import { killedWhenHung } from "./hung-part.js";

const fake = () => {
  let die = (_: string) => {};
  const ended = new Promise<string>((resolve) => {
    die = resolve;
  });
  return { pid: 1, ended, stop: async () => die("SIGTERM"), kill: async () => die("SIGKILL") };
};

/** Answers as it is told to, one after the other, and well after that. */
const answering = (...answers: boolean[]) => {
  let done = () => {};
  const asked = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    asked,
    answers: async () => {
      const isWell = answers.shift() ?? true;
      if (answers.length === 0) done();
      if (!isWell) throw new Error("TIMEOUT");
    },
  };
};

it("kills what has not answered three times, and says so", async () => {
  const said: string[] = [];
  const { answers } = answering(true, false, false, false);
  const running = killedWhenHung(fake(), {
    name: "NATS",
    answers,
    say: (line) => said.push(line),
    everyMs: 1,
  });
  expect(await running.ended).toBe("SIGKILL");
  expect(said).toEqual(["NATS has not answered 3 times and is killed"]);
});

it("leaves alone what answers now and then", async () => {
  const { answers, asked } = answering(false, false, true, false, false, true);
  const running = killedWhenHung(fake(), { name: "NATS", answers, say: () => {}, everyMs: 1 });
  await asked;
  await running.stop();
  expect(await running.ended).toBe("SIGTERM");
});
