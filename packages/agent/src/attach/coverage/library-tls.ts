import { statSync } from "node:fs";
import { basename } from "node:path";
import { mayCarryTls } from "../libraries/library-name.js";
import { mappedAsCode } from "../processes/proc-maps.js";
import { mappedPages } from "../processes/proc-process.js";
import { ProgramTls } from "./program-tls.js";

/** What a process maps, as of the last look. */
interface Looked {
  /** /proc/PID/statm's size then */
  pages: number;
  /** all of it was read */
  isWhole: boolean;
  found: string[];
}

/** A TLS implementation has more constants and code than that. */
const SIZE_MIN_BYTES = 256 * 1024;

/**
 * TLS inside shared libraries whose names say nothing of it, as in wheels of Python: told by their constants, as of programs. No probe
 * stands on them. Each file is read once, and no more bytes of all of them in one report than the budget.
 */
export class LibraryTls {
  readonly #files = new ProgramTls(new Map());
  readonly #looked = new Map<number, Looked>();
  /** processes of this report with a file that was not read whole */
  unread = 0;

  /** A report begins, which may read so much. */
  allow(budgetBytes: number): void {
    this.#files.allow(budgetBytes);
    this.unread = 0;
  }

  /** Such as `OpenSSL in _rust.abi3.so`, as far as is known yet; nothing of a process that is gone. */
  of(pid: number): readonly string[] {
    const pages = mappedPages(pid);
    if (pages === undefined) return [];
    let looked = this.#looked.get(pid);
    if (!looked?.isWhole || looked.pages !== pages) {
      looked = { pages, ...this.#look(pid) };
      this.#looked.set(pid, looked);
    }
    if (!looked.isWhole) this.unread += 1;
    return looked.found;
  }

  /** The process ended, or began another program. */
  forget(pid: number): void {
    this.#looked.delete(pid);
  }

  #look(pid: number): Pick<Looked, "isWhole" | "found"> {
    const found = new Set<string>();
    let isWhole = true;
    for (const name of mappedNames(pid)) {
      const path = `/proc/${pid}/root${name}`;
      const implementation = isLarge(path) ? this.#files.implementationIn(path) : undefined;
      if (implementation === "unread") isWhole = false;
      else if (implementation !== undefined) found.add(`${inWords(implementation)} in ${basename(name)}`);
    }
    return { isWhole, found: [...found] };
  }
}

const inWords = (implementation: string): string => (implementation === "unknown" ? "TLS" : implementation);

/** Of files that were removed since nothing is asked: they are not to be had by their names. */
function mappedNames(pid: number): string[] {
  try {
    return mappedAsCode(pid).flatMap(({ path, deleted }) => (!deleted && mayCarryTls(path) ? [path] : []));
  } catch {
    return [];
  }
}

function isLarge(path: string): boolean {
  try {
    return statSync(path).size >= SIZE_MIN_BYTES;
  } catch {
    return false;
  }
}
