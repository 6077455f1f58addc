import { fileIdentity, probedVersion } from "../file-identity.js";
import type { Library } from "./library-probes.js";

const isOfProcess = (path: string): boolean => path.startsWith("/proc/");

/** Of two paths of one file the one to keep: one that is no process's stays when processes go, and says to people what the file is. */
export const plainerPath = (kept: string, path: string): string =>
  isOfProcess(kept) && !isOfProcess(path) ? path : kept;

/** Whether its path still leads to it. */
export function isStillThere({ path, identity }: Pick<Library, "path" | "identity">): boolean {
  try {
    return fileIdentity(path) === identity;
  } catch {
    return false;
  }
}

/** Whether it was written to since probes were put on it, in place: under a new file's name it would be another one. @param path that leads to it */
export function isRewritten(library: Library, path = library.path): boolean {
  const { identity, version, linkIds } = library;
  if (linkIds.length === 0) return false;
  const now = probedVersion(path);
  return now !== undefined && now !== version && isStillThere({ path, identity });
}
