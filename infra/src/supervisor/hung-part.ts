import { setTimeout as wait } from "node:timers/promises";
import type { Running } from "./part.js";

export interface HungOptions {
  /** For people: `NATS`. */
  name: string;
  /** Rejects when there is no answer, in a time of its own. */
  answers: () => Promise<unknown>;
  say: (line: string) => void;
  everyMs?: number;
}

const ASKED_EVERY_MS = 20_000;
/** For a minute or so: one that does not answer for a while may only have a slow disk. */
const MISSES_MAX = 3;

/**
 * Kills what runs and has stopped to answer, so that whoever keeps it running starts it again: a process that hangs does not end by itself, and
 * may take no other signal either.
 */
export const killedWhenHung = <T extends Running & { kill(): Promise<void> }>(
  running: T,
  { name, answers, say, everyMs = ASKED_EVERY_MS }: HungOptions,
): T => {
  const ended = new AbortController();
  void running.ended.then(() => ended.abort());
  void (async () => {
    for (let misses = 0; misses < MISSES_MAX; ) {
      await wait(everyMs, undefined, { signal: ended.signal }).catch(() => {});
      if (ended.signal.aborted) return;
      misses = await answers().then(
        () => 0,
        () => misses + 1,
      );
    }
    if (ended.signal.aborted) return;
    say(`${name} has not answered ${MISSES_MAX} times and is killed`);
    await running.kill();
  })();
  return running;
};
