import { statSync } from "node:fs";
import { kernelDevice } from "../../capture/executable-search.js";
import type { ExecutableFile } from "../../capture/policy-bytes.js";
import { executableOf, procPath } from "./proc-process.js";

/** The file that a process runs, as the kernel knows it; undefined: it ended, is the kernel's own, or cannot be looked at. */
export function executableFileOf(pid: number): { file: ExecutableFile; path: string } | undefined {
  const path = executableOf(pid);
  if (path === undefined) return undefined;
  try {
    const { dev, ino } = statSync(procPath(pid, "exe"), { bigint: true });
    return { path, file: { device: kernelDevice(dev), inode: Number(ino) } };
  } catch {
    return undefined;
  }
}
