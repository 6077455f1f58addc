import { executableFileOf } from "../../capture/executable-search.js";
import type { ExecutableFile } from "../../capture/policy-bytes.js";
import { executableOf } from "./proc-process.js";

/** What a process runs: the file as the kernel knows it, and its path in the process's own file system. */
export interface RunningExecutable {
  file: ExecutableFile;
  path: string;
}

/** undefined: the process ended, is the kernel's own, or may not be looked at */
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
