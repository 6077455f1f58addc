import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../deps.js";

const BACK_OFF_FIRST_MS = 200;
const BACK_OFF_MAX_MS = 10_000;

/**
 * Runs a step over and over until stopped; one that fails is logged and tried again, ever later.
 *
 * @param pauseMs between a step that went well and the next
 * @returns resolves when stopped and the last step has ended; never rejects
 */
export async function repeat(
  name: string,
  step: () => Promise<unknown>,
  { pauseMs, signal, log }: { pauseMs: number; signal: AbortSignal; log: Log },
): Promise<void> {
  let backOffMs = BACK_OFF_FIRST_MS;
  while (!signal.aborted) {
    let nextMs = pauseMs;
    try {
      await step();
      backOffMs = BACK_OFF_FIRST_MS;
    } catch (error) {
      log.warn({ step: name, error: String(error), againInMs: backOffMs }, "a step failed");
      nextMs = backOffMs;
      backOffMs = Math.min(backOffMs * 2, BACK_OFF_MAX_MS);
    }
    if (nextMs > 0) await wait(nextMs, undefined, { signal }).catch(() => {});
  }
}
