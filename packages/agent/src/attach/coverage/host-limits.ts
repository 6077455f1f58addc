import { readFileSync } from "node:fs";
import { release } from "node:os";

/** What about this host is the same for all its processes. */
export interface HostLimits {
  /** BPF may not read memory */
  isLockedDown: boolean;
  /** seccomp filters apply to the system call by which return probes work */
  filtersReturnProbes: boolean;
}

/** The text of /sys/kernel/security/lockdown, `none [integrity] confidentiality`; absent where there is none. */
export const lockdownMode = (text: string | undefined): string => /\[(\w+)\]/.exec(text ?? "")?.[1] ?? "none";

/**
 * Linux 6.11 made return probes of x86-64 a system call, and filters that did not know it ended the process. Filters pass it
 * over since 6.14, and since 6.12.14 and 6.13.3 of the branches before; 6.11 ended without.
 *
 * @param kernelRelease as `uname -r` says it. A distribution may have mended it under an older number.
 */
export function filtersReturnProbes(kernelRelease: string, architecture: string): boolean {
  if (architecture !== "x64") return false;
  const [, ...numbers] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(kernelRelease) ?? [];
  const [major, minor, patch] = [0, 1, 2].map((place) => Number(numbers[place] ?? 0)) as [
    number,
    number,
    number,
  ];
  if (major !== 6) return false;
  return minor === 11 || (minor === 12 && patch < 14) || (minor === 13 && patch < 3);
}

/** Of the host that this runs on. */
export function hostLimits(): HostLimits {
  return {
    isLockedDown: lockdownMode(textOf("/sys/kernel/security/lockdown")) === "confidentiality",
    filtersReturnProbes: filtersReturnProbes(release(), process.arch),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
