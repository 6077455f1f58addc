import { type BigIntStats, type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { compileExecutableGlob } from "@masthead/shared/policy/match";
import type { ExecutableFile, SeenFile } from "./policy-bytes.js";

export interface FoundExecutable extends SeenFile {
  /** as /proc/PID/exe would show it */
  path: string;
}

/** Directory entries that one glob may look at, and how deep `**` goes; what lies beyond is found when it runs. */
const ENTRIES_MAX = 20_000;
const DEPTH_MAX = 8;

/** Files on this host that a glob of executables takes, symbolic links followed. Unreadable places are passed over. */
export function findExecutables(glob: string): FoundExecutable[] {
  if (!/[*?]/.test(glob)) return identify(glob);
  const matches = compileExecutableGlob(glob);
  const segments = glob.split("/");
  const firstWild = segments.findIndex((segment) => /[*?]/.test(segment));
  const base = segments.slice(0, firstWild).join("/") || "/";
  const depth = segments.includes("**") ? DEPTH_MAX : segments.length - firstWild;
  const found: FoundExecutable[] = [];
  let entriesLeft = ENTRIES_MAX;
  const walk = (directory: string, levels: number): void => {
    for (const entry of list(directory)) {
      entriesLeft -= 1;
      if (entriesLeft < 0) return;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (levels > 1) walk(path, levels - 1);
      } else if (matches(path)) found.push(...identify(path));
    }
  };
  walk(base, depth);
  return found;
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function identify(path: string): FoundExecutable[] {
  try {
    const stat = statSync(path, { bigint: true });
    if ((stat.mode & 0o170000n) !== 0o100000n || (stat.mode & 0o111n) === 0n) return [];
    return [{ ...seenFile(stat), path: realpathSync(path) }];
  } catch {
    return [];
  }
}

/** A file as the kernel's tables name it. */
export const executableFile = ({ dev, ino }: Pick<BigIntStats, "dev" | "ino">): ExecutableFile => ({
  device: kernelDevice(dev),
  inode: Number(ino),
});

/** The same with its birth, where the file system tells it (ext4, xfs, btrfs, tmpfs since Linux 6.6; overlayfs as the file below). */
export const seenFile = (stat: Pick<BigIntStats, "dev" | "ino" | "birthtimeNs">): SeenFile => ({
  ...executableFile(stat),
  ...(stat.birthtimeNs > 0n && { bornNs: stat.birthtimeNs }),
});

/** `st_dev` as stat gives it (12 bits of major in the middle) in the kernel's own encoding: major << 20 | minor. */
export function kernelDevice(dev: bigint): number {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn & 0xffff_ffffn);
  return Number((major << 20n) | minor);
}
