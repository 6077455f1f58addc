import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Stopped } from "./stopped.mjs";

/** When a process began, in clock ticks since boot; tells it from a later one with the same id. */
export const startTicks = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ")[19];
  } catch {
    return undefined;
  }
};

/** @throws Stopped when another `npm start` runs with the same home. */
export function checkNotRunning(home) {
  const file = join(home, "run/supervisor.pid");
  if (!existsSync(file)) return;
  const [pid, ticks] = readFileSync(file, "utf8").split("\n");
  if (Number(pid) === process.pid || startTicks(pid) !== ticks) return;
  throw new Stopped(
    `Masthead already runs with ${home} (process ${pid}): stop that one, or set MASTHEAD_HOME to another folder.`,
  );
}

/** Whether a killed run left its API behind: it has the port, and the supervisor ends it before it starts another. */
export function apiWasLeftBehind(root, home) {
  try {
    const pid = readFileSync(join(home, "run/api.pid"), "utf8").trim();
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .includes(join(root, "packages/api/dist/main.js"));
  } catch {
    return false;
  }
}
