import { allPids, mappedPages, rootIdentity } from "../processes/proc-process.js";
import { codeOf } from "../processes/system-error.js";
import { isTlsLibraryName } from "./library-name.js";
import type { LibraryTable } from "./library-table.js";
import { LoaderCache } from "./loader-cache.js";
import { mappedLibraries } from "./mapped-libraries.js";
import { librariesUnder } from "./root-libraries.js";

interface Seen {
  /** /proc/PID/statm's size when the maps were last read */
  pages: number;
  firstScan: number;
  /** why the maps could not be read */
  unreadable?: string;
  otherTls: string[];
  hasQuic: boolean;
  /** libraries that could not be reached */
  missed: MissedLibrary[];
}

/** A TLS library that a process maps and that could not even be looked at. */
export interface MissedLibrary {
  /** by which the process mapped it */
  name: string;
  /** its file was replaced or removed since */
  deleted: boolean;
  why: string;
}

/** What is known of a process's libraries beside those in the table. */
export type ScannedProcess = Pick<Seen, "unreadable" | "otherTls" | "hasQuic" | "missed">;

/** Older processes seldom map a library anew: so many of them are looked at in one scan, in turn. */
const OLD_PER_SCAN = 128;
const YOUNG_SCANS = 30;
const ROOTS_MAX = 1024;

const UNSEEN: ScannedProcess = { otherTls: [], hasQuic: false, missed: [] };

/** Finds libraries: those the loader's caches name, before any process maps them, and those that processes map. */
export class LibraryScan {
  readonly #seen = new Map<number, Seen>();
  /** roots that were looked at, with the process that showed each: when it ends, the numbers by which it is known may soon be another one's */
  readonly #roots = new Map<string, number>();
  readonly #ownRoot = rootIdentity(process.pid);
  readonly #hostCache = new LoaderCache("", isTlsLibraryName);
  #scans = 0;
  #turn = 0;

  constructor(private readonly libraries: LibraryTable) {}

  /**
   * @param excluded processes whose own libraries are left alone: nothing they do is captured, so no probe should cost them
   * @returns the processes there are
   */
  run(excluded: ReadonlySet<number>): Set<number> {
    this.#scans += 1;
    // The host's own again each time: an upgrade puts a new file in the old one's place.
    this.#sight("", this.#hostCache.libraries());
    const pids = allPids();
    const live = new Set(pids);
    for (const pid of this.#seen.keys()) {
      if (!live.has(pid)) this.forget(pid);
    }
    for (const pid of this.#due(pids)) {
      if (!excluded.has(pid)) this.look(pid);
    }
    // What a loader's cache named may be gone with the process by whose root it was reached, and be there by another's.
    if (this.libraries.prune()) this.#forgetRoots(() => true);
    return live;
  }

  /**
   * A process runs a new program: what its loader would map is attached before it does. One that is gone already had its parent's files, as a rule, and will not be
   * the last of its kind.
   */
  onExec(pid: number, parentPid: number): void {
    this.forget(pid);
    if (!this.#lookAtRoot(pid)) this.#lookAtRoot(parentPid);
  }

  forget(pid: number): void {
    this.#seen.delete(pid);
    this.libraries.forget(pid);
    this.#forgetRoots((shownBy) => shownBy === pid);
  }

  /** But for this process's own, whose number nobody else gets. */
  #forgetRoots(ofProcess: (pid: number) => boolean): void {
    for (const [root, shownBy] of this.#roots) {
      if (root !== this.#ownRoot && ofProcess(shownBy)) this.#roots.delete(root);
    }
  }

  /** As of the last look; nothing of a process that was never looked at. */
  of(pid: number): ScannedProcess {
    return this.#seen.get(pid) ?? UNSEEN;
  }

  #due(pids: number[]): number[] {
    const isYoung = (pid: number) => {
      const seen = this.#seen.get(pid);
      return seen === undefined || this.#scans - seen.firstScan < YOUNG_SCANS;
    };
    const old = pids.filter((pid) => !isYoung(pid));
    const start = old.length === 0 ? 0 : this.#turn % old.length;
    this.#turn = start + OLD_PER_SCAN;
    return [...pids.filter(isYoung), ...[...old.slice(start), ...old.slice(0, start)].slice(0, OLD_PER_SCAN)];
  }

  /** Reads what one process maps, if that changed. */
  look(pid: number): void {
    const pages = mappedPages(pid);
    if (pages === undefined) return;
    let seen = this.#seen.get(pid);
    if (!seen) {
      seen = { pages: -1, firstScan: this.#scans, ...UNSEEN, missed: [] };
      this.#seen.set(pid, seen);
      this.#lookAtRoot(pid);
    }
    if (seen.pages === pages) return;
    seen.pages = pages;
    try {
      const { libraries, executable, otherTls, hasQuic } = mappedLibraries(pid);
      Object.assign(seen, { otherTls, hasQuic, missed: [] });
      delete seen.unreadable;
      this.libraries.forget(pid);
      for (const { path, name, deleted } of libraries) {
        const sighted = this.libraries.sight(path, { pid });
        if ("unsighted" in sighted) seen.missed.push({ name, deleted, why: sighted.unsighted });
      }
      if (executable !== undefined) this.libraries.sightProgram(executable, { pid });
    } catch (error) {
      seen.unreadable = codeOf(error) ?? String(error);
    }
  }

  /** Each root of each mount namespace is looked at once. false: the process is gone, or may not be looked at. */
  #lookAtRoot(pid: number): boolean {
    const root = `/proc/${pid}/root`;
    const identity = rootIdentity(pid);
    if (identity === undefined) return false;
    if (this.#roots.has(identity)) return true;
    this.#sight(root, librariesUnder(root));
    // One that ended meanwhile may not have shown all.
    if (rootIdentity(pid) !== identity) return false;
    if (this.#roots.size >= ROOTS_MAX) this.#roots.clear();
    this.#roots.set(identity, pid);
    return true;
  }

  /** What a loader would map. */
  #sight(root: string, paths: readonly string[]): void {
    for (const path of paths) this.libraries.sight(root + path, "cache");
  }
}
