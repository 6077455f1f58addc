import { setTimeout as wait } from "node:timers/promises";
import { backoff } from "./backoff.js";

/** Something that runs until it ends or is stopped: a server, a child process. */
export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, with how: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  stop(): Promise<unknown>;
}

export interface Part {
  readonly name: string;
  /** Stops it for good, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Notes what has begun, or stops it: nothing runs on that nobody knows of. @throws what `note` throws, as on a full disk */
export const noted = async <T extends Pick<Running, "pid" | "stop">>(
  begun: T,
  note: (pid: number) => void,
): Promise<T> => {
  try {
    note(begun.pid);
  } catch (error) {
    await begun.stop();
    throw error;
  }
  return begun;
};

/**
 * Keeps one part of the product running: when it dies, says so, waits longer each time and starts it again, until it is
 * stopped. Resolves when it runs. @throws what `start` or `onStart` throws the first time
 */
export const keepRunning = async (
  name: string,
  start: () => Promise<Running>,
  hooks: { say(line: string): void; onStart(pid: number): void; onEnd(): void },
): Promise<Part> => {
  const stopping = new AbortController();
  const nextWaitMs = backoff();
  const begin = async () => noted(await start(), hooks.onStart);
  let current = await begin();
  const watch = (async () => {
    for (;;) {
      const began = Date.now();
      const how = await current.ended;
      hooks.onEnd();
      let failure = how;
      do {
        if (stopping.signal.aborted) return;
        const waitMs = nextWaitMs(Date.now() - began);
        hooks.say(`${name} ended (${failure}); starting it again in ${waitMs} ms`);
        await wait(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        failure = await begin().then(
          (next) => {
            current = next;
            return "";
          },
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
      } while (failure !== "");
      hooks.say(`${name} runs again`);
      if (stopping.signal.aborted) await current.stop();
    }
  })();
  return {
    name,
    async stop() {
      stopping.abort();
      await current.stop();
      await watch;
    },
  };
};
