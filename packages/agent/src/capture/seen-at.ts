import { readFileSync } from "node:fs";
import { isSince } from "./kernel-release.js";

/**
 * Where bytes of OpenSSL are seen: at both ends of the functions that read and write, or where the library copies them to the program's
 * buffer and makes records of them, which is one hit each in place of two and more.
 */
export type SeenAt = "copy" | "call";

/**
 * A probe at a call instruction is emulated, and kernels before Linux 6.18 push the return address on the stack only: a program whose
 * returns are checked against a shadow stack would be ended by that. Which programs have one shows only once they run,
 * so where the host can give them one no call of all programs is probed (promise observe-only).
 *
 * @param kernelRelease as `uname -r` says it
 * @param cpuInfo the text of /proc/cpuinfo
 */
export const endsShadowedCalls = (kernelRelease: string, cpuInfo: string): boolean =>
  !isSince(kernelRelease, 6, 18) && /^flags\s*:.*\buser_shstk\b/m.test(cpuInfo);

/** What this host allows, whose kernel is of this release. */
export function usualSeenAt(kernelRelease: string): SeenAt {
  if (process.arch !== "x64") return "call";
  try {
    return endsShadowedCalls(kernelRelease, readFileSync("/proc/cpuinfo", "latin1")) ? "call" : "copy";
  } catch {
    return "call";
  }
}
