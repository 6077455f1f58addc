/** Whether a kernel, by its release as `uname -r` says it, is of that version or a later one. False for what is no release. */
export function isSince(kernelRelease: string, wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = kernelRelease.split(/[.-]/).map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
