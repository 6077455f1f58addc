import { expect, it } from "vitest";
import { keepRunning, type Running } from "./part.js";

const fake = () => {
  const started: { die: (how: string) => void }[] = [];
  const waiting: ((count: number) => void)[] = [];
  const start = async (): Promise<Running> => {
    let die = (_: string) => {};
    const ended = new Promise<string>((resolve) => {
      die = resolve;
    });
    started.push({ die });
    for (const tell of waiting.splice(0)) tell(started.length);
    return { pid: started.length, ended, stop: async () => die("SIGTERM") };
  };
  return { start, started, nextStart: () => new Promise<number>((resolve) => waiting.push(resolve)) };
};

it("starts a part again when it dies, and says so", async () => {
  const { start, started, nextStart } = fake();
  const said: string[] = [];
  const pids: number[] = [];
  const hooks = {
    say: (line: string) => said.push(line),
    onStart: (pid: number) => pids.push(pid),
    onEnd: () => {},
  };
  const part = await keepRunning("the api", start, hooks);
  const again = nextStart();
  started[0]?.die("SIGKILL");
  expect(await again).toBe(2);
  await part.stop();
  expect(said[0]).toBe("the api ended (SIGKILL); starting it again in 500 ms");
  expect(pids).toEqual([1, 2]);
  expect(started).toHaveLength(2);
});

it("does not start again what was stopped while it waited", async () => {
  const { start, started } = fake();
  let told = () => {};
  const waits = new Promise<void>((resolve) => {
    told = resolve;
  });
  const part = await keepRunning("the api", start, { say: () => told(), onStart: () => {}, onEnd: () => {} });
  started[0]?.die("exit code 1");
  await waits;
  await part.stop();
  expect(started).toHaveLength(1);
});

it("stops what it cannot note, as on a full disk, and starts it again", async () => {
  const { start, started, nextStart } = fake();
  const said: string[] = [];
  const full = [false, true, false];
  const onStart = () => {
    if (full.shift()) throw new Error("ENOSPC");
  };
  const part = await keepRunning("NATS", start, { say: (line) => said.push(line), onStart, onEnd: () => {} });
  const second = nextStart();
  started[0]?.die("SIGKILL");
  await second;
  expect(await nextStart()).toBe(3);
  await part.stop();
  expect(said[1]).toBe("NATS ended (ENOSPC); starting it again in 1000 ms");
});
