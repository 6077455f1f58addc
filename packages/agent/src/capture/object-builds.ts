import { existsSync } from "node:fs";
import { release } from "node:os";
import { isSince } from "./kernel-release.js";
import { NativeError } from "./native-error.js";
import { type Loaded, loadBuild } from "./native-programs.js";
import type { SessionOptions } from "./native-session.js";

/** Where the same object lies that reads fields of the kernel by plain loads (bpf/probes/kernel-object.h). `path` itself where its name is another. */
export const typedBuildOf = (path: string): string => path.replace(/\.bpf\.o$/, "-typed.bpf.o");

/**
 * The object at `path` as it was built for this kernel, best first. The one that reads by plain loads is for Linux 6.4 and later: before, the function that it names may be missing, and libbpf
 * looks for that where it takes CAP_SYS_ADMIN.
 *
 * @param kernelRelease as `uname -r` says it
 */
export const buildsOf = (path: string, kernelRelease: string): string[] => {
  const typed = typedBuildOf(path);
  const isOffered = typed !== path && isSince(kernelRelease, 6, 4) && existsSync(typed);
  return isOffered ? [typed, path] : [path];
};

export interface LoadedBuild extends Loaded {
  /** better builds for this kernel that it did not take whole, and why */
  refusedBuilds: { objectPath: string; reason: string }[];
}

/**
 * Loads the best build of which the kernel takes all programs, else the one that every kernel takes.
 *
 * @throws NativeError where that one is not loaded either
 */
export function loadPrograms(options: SessionOptions): LoadedBuild {
  const builds = buildsOf(options.objectPath, release());
  const last = builds.pop() ?? options.objectPath;
  const refusedBuilds: LoadedBuild["refusedBuilds"] = [];
  for (const objectPath of builds) {
    const loaded = loadWhole({ ...options, objectPath });
    if (!("refused" in loaded)) return { ...loaded, refusedBuilds };
    refusedBuilds.push({ objectPath, reason: loaded.refused });
  }
  return { ...loadBuild({ ...options, objectPath: last }), refusedBuilds };
}

/** Or the reason why not: the kernel refuses a program that was not to be left out. */
function loadWhole(options: SessionOptions): Loaded | { refused: string } {
  const spared = options.withoutPrograms ?? [];
  try {
    const loaded = loadBuild(options);
    const lacking = loaded.absent.find(({ program }) => !spared.includes(program));
    if (lacking === undefined) return loaded;
    loaded.session.close();
    return { refused: `${lacking.program}: ${lacking.reason}` };
  } catch (error) {
    if (!(error instanceof NativeError) || error.passing) throw error;
    return { refused: error.message };
  }
}
