import { readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { endLeftover, pidIn } from "./leftover.js";

const STOP_WITHIN_MS = 15_000;

/** A postmaster's working directory is its data directory: so a reused pid is not mistaken for one. */
const worksIn = (pid: number, data: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    return false;
  }
};

/**
 * Ends what a killed run left behind in `data`: a server that still runs is stopped, a stale `postmaster.pid` removed.
 * Postgres itself refuses to start when the pid in that file was given to another process since.
 */
export const clearLeftover = async (data: string): Promise<void> => {
  const file = join(data, "postmaster.pid");
  const pid = pidIn(file);
  if (pid === undefined) return;
  await endLeftover(pid, (candidate) => worksIn(candidate, data), "SIGINT", STOP_WITHIN_MS);
  rmSync(file, { force: true });
};
