import { readFileSync } from "node:fs";
import { until } from "./until.js";

/** Processes that the first thread of a process started and that still run; none once it has ended. */
export const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return [];
  }
};

/** Waits for the first child: a server may answer before it has started its workers, since its socket listens by then. */
export const firstChildOf = (pid: number): Promise<number> =>
  until(`a child of process ${pid}`, () => childrenOf(pid)[0]);

/** A process and all that it has started and that still runs. */
export const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];
