import { compileExecutableGlob } from "@masthead/shared/policy/match";
import { type FoundExecutable, findExecutables } from "./executable-search.js";
import { type ExecutableFile, fileKey } from "./policy-bytes.js";
import type { TargetItem } from "./policy-items.js";

/** Executables on disk that a glob takes. */
export type FindExecutables = (glob: string) => FoundExecutable[];

/** Looks on the disk once for each glob, since a look may take a second: what comes to be there later is seen when it runs. */
export function searchOnce(find: FindExecutables = findExecutables): FindExecutables {
  const byGlob = new Map<string, FoundExecutable[]>();
  return (glob) => {
    const found = byGlob.get(glob) ?? find(glob);
    byGlob.set(glob, found);
    return found;
  };
}

/** Which target items name which executable, for one policy set. */
export class ExecutableItems {
  private readonly globs: { glob: string; matches: (path: string) => boolean; items: bigint }[];

  constructor(
    items: readonly TargetItem[],
    private readonly seen: SeenExecutables,
    private readonly find: FindExecutables,
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
   * The executables that were seen, and those that are on disk now: they are told to the kernel before any process runs them,
   * so that one that lives for 20 ms counts from its first byte.
   */
  known(): { file: ExecutableFile; items: bigint }[] {
    const byFile = new Map<string, { file: ExecutableFile; items: bigint }>();
    const add = ({ device, inode, path }: FoundExecutable, asked: bigint): void => {
      const items = asked | this.of(path);
      if (items === 0n) return;
      const file = { device, inode };
      const known = byFile.get(fileKey(file)) ?? { file, items: 0n };
      known.items |= items;
      byFile.set(fileKey(file), known);
    };
    if (this.globs.length > 0) for (const executable of this.seen) add(executable, 0n);
    for (const { glob, items } of this.globs) {
      for (const executable of this.find(glob)) add(executable, items);
    }
    return [...byFile.values()];
  }
}

const SEEN_MAX = 16_384;

/** Executables that processes ran, in containers too, where no glob finds them. Bounded: the longest unseen goes first. */
export class SeenExecutables {
  private readonly byFile = new Map<string, FoundExecutable>();

  add(executable: FoundExecutable): void {
    const key = fileKey(executable);
    this.byFile.delete(key);
    this.byFile.set(key, executable);
    const [oldest] = this.byFile.keys();
    if (this.byFile.size > SEEN_MAX && oldest !== undefined) this.byFile.delete(oldest);
  }

  [Symbol.iterator](): Iterator<FoundExecutable> {
    return this.byFile.values();
  }
}
