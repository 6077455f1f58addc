import { statSync } from "node:fs";
import { seenFile } from "../../capture/executable-search.js";
import type { SeenFile } from "../../capture/policy-bytes.js";
import { executableOf } from "./proc-process.js";

/** What a process runs: the file as the kernel knows it, and its path in the process's own file system. */
export interface RunningExecutable {
  file: SeenFile;
  path: string;
}

/** The file alone; undefined where it is gone. @throws the system's error where it may not be looked at */
export function executableFileOf(pid: number): SeenFile | undefined {
  try {
    return seenFile(statSync(`/proc/${pid}/exe`, { bigint: true }));
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** Undefined where the process ended, is the kernel's own, or may not be looked at. */
export function runningExecutable(pid: number): RunningExecutable | undefined {
  const path = executableOf(pid);
  if (path === undefined) return undefined;
  try {
    const file = executableFileOf(pid);
    return file && { file, path };
  } catch {
    return undefined;
  }
}
