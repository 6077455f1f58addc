import { compileExecutableGlob } from "@masthead/shared/policy/match";
import { type FoundExecutable, findExecutables } from "./executable-search.js";
import { fileKey, ofThisFile, type SeenFile } from "./policy-bytes.js";
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
  known(): { file: SeenFile; items: bigint }[] {
    if (this.globs.length === 0) return [];
    const byFile = new Map<string, { file: SeenFile; items: bigint }>();
    for (const { file, paths } of this.seen)
      byFile.set(fileKey(file), { file, items: paths.reduce((mask, path) => mask | this.of(path), 0n) });
    for (const { glob, items } of this.globs) {
      for (const { path, ...file } of this.find(glob)) {
        const known = byFile.get(fileKey(file));
        const same = ofThisFile(known, file);
        // What was found may be gone by now, and what ran since be another file with its number.
        if (known !== undefined && same === undefined && isYounger(known.file, file)) continue;
        byFile.set(fileKey(file), { file, items: (same?.items ?? 0n) | items | this.of(path) });
      }
    }
    return [...byFile.values()].filter(({ items }) => items !== 0n);
  }
}

const isYounger = (one: SeenFile, other: SeenFile): boolean => (one.bornNs ?? 0n) > (other.bornNs ?? 0n);

const SEEN_MAX = 16_384;
/** Names of one file: hard links, and what containers see a shared one as. */
const PATHS_MAX = 16;

/** A file that processes ran, with the paths by which they have it, the newest last. */
interface SeenExecutable {
  readonly file: SeenFile;
  readonly paths: readonly string[];
}

/** Executables that processes ran, in containers too, where no glob finds them. Bounded: the longest unseen goes first. */
export class SeenExecutables {
  private readonly byFile = new Map<string, SeenExecutable>();

  /** By this path, a file with its number. */
  has(file: SeenFile, path: string): boolean {
    return this.byFile.get(fileKey(file))?.paths.includes(path) ?? false;
  }

  add({ path, ...file }: FoundExecutable): void {
    const key = fileKey(file);
    const same = ofThisFile(this.byFile.get(key), file);
    this.byFile.delete(key);
    const paths = [...(same?.paths.filter((other) => other !== path) ?? []), path].slice(-PATHS_MAX);
    this.byFile.set(key, { file: { ...same?.file, ...file }, paths });
    const [oldest] = this.byFile.keys();
    if (this.byFile.size > SEEN_MAX && oldest !== undefined) this.byFile.delete(oldest);
  }

  [Symbol.iterator](): Iterator<SeenExecutable> {
    return this.byFile.values();
  }
}
