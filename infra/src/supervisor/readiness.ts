import { existsSync, statSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const LOOK_EVERY_MS = 50;

const whenever = async (isReady: () => Promise<boolean>, given: AbortSignal): Promise<void> => {
  while (!given.aborted && !(await isReady())) await wait(LOOK_EVERY_MS);
};

/** The API says at `/readyz` that it can answer requests. */
export const apiIsReady =
  (url: string) =>
  (given: AbortSignal): Promise<void> =>
    whenever(
      () =>
        fetch(`${url}/readyz`, { signal: given }).then(
          (response) => response.ok,
          () => false,
        ),
      given,
    );

/** The agent writes its ready file when probes are attached and a policy set is in force. */
export const agentIsReady =
  (file: string) =>
  (given: AbortSignal): Promise<void> => {
    const before = modified(file);
    return whenever(async () => modified(file) > before, given);
  };

const modified = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
