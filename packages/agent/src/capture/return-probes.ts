/**
 * How the end of a call is seen: by a return probe, or by a probe at each instruction by which the function returns, which costs
 * more.
 */
export type ReturnBy = "probe" | "instruction";

/**
 * Linux 6.11 made return probes of x86-64 a system call, and seccomp filters that did not know it ended the program. Filters are
 * passed over since 6.14, and since 6.12.14 and 6.13.3 of the branches before; 6.11 ended without. A probe is there for
 * all programs that map a library, under a filter or not, so on such a kernel no return probe may stand.
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

/** What a kernel of this release allows (promise observe-only). */
export const usualReturnBy = (kernelRelease: string, architecture: string): ReturnBy =>
  filtersReturnProbes(kernelRelease, architecture) ? "instruction" : "probe";
