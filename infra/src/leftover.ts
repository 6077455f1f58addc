import { existsSync, readFileSync } from "node:fs";
import { sendSignal } from "./send-signal.js";

const LOOK_EVERY_MS = 50;

/** Process id in the first line of a file. `undefined`: no such file, or no process id in it. */
export const pidIn = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").split("\n", 1)[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
};

/**
 * Ends a process that a killed run left behind. `isOurs` tells it from another process that was given the same id
 * since. SIGKILL after `graceMs`.
 */
export const endLeftover = async (
  pid: number,
  isOurs: (pid: number) => boolean,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> => {
  if (!isOurs(pid)) return;
  sendSignal(pid, signal);
  const deadline = Date.now() + graceMs;
  while (isOurs(pid)) {
    if (Date.now() > deadline) sendSignal(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
};

/** Whether the process runs with `argument` among its arguments. */
export const hasArgument = (pid: number, argument: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
  } catch {
    return false;
  }
};
