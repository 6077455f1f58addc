import { readFileSync } from "node:fs";

/** A process and all that it has started and that still runs. */
export const treeOf = (pid: number): number[] => {
  let children: number[];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    children = [];
  }
  return [pid, ...children.flatMap(treeOf)];
};
