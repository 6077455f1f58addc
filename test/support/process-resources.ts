import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Open descriptors of a process by what they are: the path, or a kind such as `pipe` and `anon_inode:bpf_link`. */
export const descriptorsOf = (pid: number): Map<string, number> => {
  const kinds = new Map<string, number>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const kind = targetOf(pid, descriptor).replace(/:\[\d+\]$/, "");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
};

/** Empty where it has been closed meanwhile. */
const targetOf = (pid: number, descriptor: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
};

/** Resident memory of a process, in KiB. */
export const residentKibOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/status`, "latin1").match(/^VmRSS:\s*(\d+) kB$/m)?.[1]);
