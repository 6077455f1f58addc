import { compileExecutableGlob } from "@masthead/shared/policy/match";
import { type FoundExecutable, findExecutables } from "./executable-search.js";
import type { ExecutableFile } from "./policy-bytes.js";
import type { TargetItem } from "./policy-items.js";

/** Which target items name which executable, for one policy set. */
export class ExecutableItems {
  private readonly globs: { glob: string; matches: (path: string) => boolean; items: bigint }[];

  constructor(
    items: readonly TargetItem[],
    private readonly find: (glob: string) => FoundExecutable[] = findExecutables,
  ) {
    const byGlob = new Map<string, bigint>();
    items.forEach(({ executable }, place) => {
      if (executable !== undefined) {
        byGlob.set(executable, (byGlob.get(executable) ?? 0n) | (1n << BigInt(place)));
      }
    });
    this.globs = [...byGlob].map(([glob, mask]) => ({
      glob,
      matches: compileExecutableGlob(glob),
      items: mask,
    }));
  }

  /** Items whose glob takes this path. */
  of(path: string): bigint {
    return this.globs.reduce((mask, { matches, items }) => (matches(path) ? mask | items : mask), 0n);
  }

  /**
   * The executables that are on disk now: they are told to the kernel before any process runs them, so that one that lives
   * for 20 ms counts from its first byte.
   */
  onDisk(): { file: ExecutableFile; items: bigint }[] {
    const byFile = new Map<string, { file: ExecutableFile; items: bigint }>();
    for (const { glob, items } of this.globs) {
      for (const { device, inode, path } of this.find(glob)) {
        const key = `${device}:${inode}`;
        const known = byFile.get(key) ?? { file: { device, inode }, items: 0n };
        known.items |= items | this.of(path);
        byFile.set(key, known);
      }
    }
    return [...byFile.values()];
  }
}
