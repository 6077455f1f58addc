import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CgroupFacts, cgroupFacts } from "./cgroup-path.js";

const IDS_MAX = 8192;
const FOLDERS_MAX = 4096;
const MISSES_MAX = 4096;

/**
 * Control groups by the id that the kernel tells, which is the inode number of the folder in version 2's file system: the
 * container of a process that is gone already. Empty where version 2 is not mounted.
 */
export class CgroupIds {
  readonly #facts = new Map<number, CgroupFacts>();
  readonly #missed = new Set<number>();
  readonly #roots: string[];

  constructor(roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]) {
    this.#roots = roots;
  }

  of(id: number): CgroupFacts | undefined {
    const known = this.#facts.get(id);
    if (known || this.#missed.has(id)) return known;
    this.#walk();
    const found = this.#facts.get(id);
    if (!found) {
      if (this.#missed.size >= MISSES_MAX) this.#missed.clear();
      this.#missed.add(id);
    }
    return found;
  }

  #walk(): void {
    if (this.#facts.size > IDS_MAX) this.#facts.clear();
    let left = FOLDERS_MAX;
    const visit = (root: string, path: string): void => {
      left -= 1;
      if (left < 0) return;
      try {
        const folder = join(root, path);
        this.#facts.set(statSync(folder).ino, cgroupFacts(`0::${path}`));
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
          if (entry.isDirectory()) visit(root, join(path, entry.name));
        }
      } catch {
        // gone while we looked
      }
    };
    for (const root of this.#roots) {
      if (isVersion2(root)) visit(root, "/");
    }
  }
}

function isVersion2(root: string): boolean {
  try {
    return statSync(join(root, "cgroup.controllers")).isFile();
  } catch {
    return false;
  }
}
