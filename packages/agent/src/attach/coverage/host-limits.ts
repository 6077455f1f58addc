import { readFileSync } from "node:fs";

/** What about this host is the same for all its processes. */
export interface HostLimits {
  /** BPF may not read memory */
  isLockedDown: boolean;
}

/** The text of /sys/kernel/security/lockdown, `none [integrity] confidentiality`; absent where there is none. */
export const lockdownMode = (text: string | undefined): string => /\[(\w+)\]/.exec(text ?? "")?.[1] ?? "none";

/** Of the host that this runs on. */
export function hostLimits(): HostLimits {
  return {
    isLockedDown: lockdownMode(textOf("/sys/kernel/security/lockdown")) === "confidentiality",
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
