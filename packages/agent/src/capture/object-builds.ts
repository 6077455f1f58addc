import { existsSync } from "node:fs";
import { release } from "node:os";
import { isSince } from "./kernel-release.js";
import { NativeError } from "./native-error.js";
import { type Loaded, loadBuild } from "./native-programs.js";
import type { SessionOptions } from "./native-session.js";

/**
 * The object at `path` as it was built for this kernel, best first. Beside it may lie the same one that reads fields of the kernel by plain
 * loads (bpf/probes/kernel-object.h), for Linux 6.4 and later: before, the function that it names may be missing, and libbpf
 * looks for that where it takes CAP_SYS_ADMIN.
 *
 * @param kernelRelease as `uname -r` says it
 */
export const buildsOf = (path: string, kernelRelease: string): string[] => {
  const typed = path.replace(/\.bpf\.o$/, "-typed.bpf.o");
  const isOffered = typed !== path && isSince(kernelRelease, 6, 4) && existsSync(typed);
  return isOffered ? [typed, path] : [path];
};

/**
 * Loads the best build of which the kernel takes all programs, else the one that every kernel takes.
 *
 * @throws NativeError where that one is not loaded either
 */
export function loadPrograms(options: SessionOptions): Loaded {
  const builds = buildsOf(options.objectPath, release());
  const last = builds.pop() ?? options.objectPath;
  for (const objectPath of builds) {
    const loaded = loadWhole({ ...options, objectPath });
    if (loaded !== undefined) return loaded;
  }
  return loadBuild({ ...options, objectPath: last });
}

/** Undefined where the kernel refuses any program that was not to be left out. */
function loadWhole(options: SessionOptions): Loaded | undefined {
  const spared = options.withoutPrograms ?? [];
  try {
    const loaded = loadBuild(options);
    if (loaded.absent.every(({ program }) => spared.includes(program))) return loaded;
    loaded.session.close();
  } catch (error) {
    if (!(error instanceof NativeError) || error.passing) throw error;
  }
  return undefined;
}
