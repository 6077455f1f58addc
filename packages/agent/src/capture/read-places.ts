import { readFileSync } from "node:fs";

/**
 * Where reads of TLS are seen: at both ends of the function that reads, or where the library copies what it decrypted to the program's
 * buffer, which is one hit in place of four and more.
 */
export type ReadsAt = "copy" | "call";

/** Since which a call that is emulated is pushed on a shadow stack, too. */
const SHADOW_SINCE = { major: 6, minor: 18 } as const;

/**
 * A probe at a call instruction is emulated, and kernels before Linux 6.18 push the return address on the stack only: a program whose
 * returns are checked against a shadow stack would be ended by that. Which programs have one shows only once they run,
 * so where the host can give them one no call of all programs is probed (promise observe-only).
 *
 * @param kernelRelease as `uname -r` says it
 * @param cpuInfo the text of /proc/cpuinfo
 */
export function endsShadowedCalls(kernelRelease: string, cpuInfo: string): boolean {
  const [major = 0, minor = 0] = kernelRelease.split(/[.-]/).map(Number);
  const isSafe = major > SHADOW_SINCE.major || (major === SHADOW_SINCE.major && minor >= SHADOW_SINCE.minor);
  return !isSafe && /^flags\s*:.*\buser_shstk\b/m.test(cpuInfo);
}

/** What this host allows, whose kernel is of this release. */
export function usualReadsAt(kernelRelease: string): ReadsAt {
  if (process.arch !== "x64") return "call";
  try {
    return endsShadowedCalls(kernelRelease, readFileSync("/proc/cpuinfo", "latin1")) ? "call" : "copy";
  } catch {
    return "call";
  }
}
