import { fileIdentity } from "../file-identity.js";
import { executableOf, procPath } from "../processes/proc-process.js";
import type { LibraryScan } from "./library-scan.js";
import type { LibraryTable } from "./library-table.js";
import type { Sighting } from "./sighting.js";

/** Programs that are looked through ahead of a scan, from one scan to the next. */
const PROGRAMS_PER_SCAN = 32;
/** No more of them once they took so long: large ones take a tenth of a second and more, while nothing else is done. */
const PROGRAMS_MS_PER_SCAN = 100;
/** Processes that begin a program, as many as are looked at from one scan to the next: a tenth of a millisecond each. */
const EXECS_PER_SCAN = 256;
/** Programs that a policy names and whose turn has not come. */
const WAITING_MAX = 4096;
/** Processes that have just begun, whose libraries are looked for ahead of a scan. */
const YOUNG_MAX = 64;
const LOOK_EVERY_MS = 100;
/** Until a scan has seen the process. */
const LOOKS = 10;

/**
 * What is attached before a scan comes to it: programs that a policy names, before they run; a program that begins, when it
 * does; and libraries that no loader's cache names, a tenth of a second after a young process mapped them. Bounded: what
 * finds no room here waits for the scan.
 */
export class EarlyLooks {
  /** none before the first scan: Masthead's own processes are not told before it */
  #programsLeft = 0;
  #programsMsLeft = 0;
  #execsLeft = EXECS_PER_SCAN;
  readonly #waiting = new Set<string>();
  /** by process, how many looks are left */
  readonly #young = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(
    private readonly libraries: Pick<LibraryTable, "knows" | "sightProgram">,
    private readonly scan: Pick<LibraryScan, "look">,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** @param paths of programs that a policy names */
  expect(paths: readonly string[]): void {
    for (const path of paths) if (this.#waiting.size < WAITING_MAX) this.#waiting.add(path);
    this.#takeWaiting();
  }

  /** A process runs a new program. */
  onExec(pid: number): void {
    if (this.#execsLeft <= 0) return;
    this.#execsLeft -= 1;
    const path = programOf(pid);
    if (path !== undefined) this.#sight(path, { pid });
    if (this.#young.size >= YOUNG_MAX) return;
    this.#young.set(pid, LOOKS);
    this.#timer ??= setInterval(() => this.#lookAtYoung(), LOOK_EVERY_MS).unref();
  }

  forget(pid: number): void {
    this.#young.delete(pid);
  }

  /** A scan begins. */
  onScan(): void {
    this.#programsLeft = PROGRAMS_PER_SCAN;
    this.#programsMsLeft = PROGRAMS_MS_PER_SCAN;
    this.#execsLeft = EXECS_PER_SCAN;
    this.#takeWaiting();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#young.clear();
    this.#waiting.clear();
  }

  #takeWaiting(): void {
    for (const path of this.#waiting) {
      if (!this.#sight(path, "policy")) return;
      this.#waiting.delete(path);
    }
  }

  /** @returns false: it has to wait */
  #sight(path: string, by: Sighting): boolean {
    if (this.libraries.knows(path)) {
      this.libraries.sightProgram(path, by);
      return true;
    }
    if (this.#programsLeft <= 0 || this.#programsMsLeft <= 0) return false;
    const beganMs = this.nowMs();
    this.libraries.sightProgram(path, by);
    this.#programsLeft -= 1;
    this.#programsMsLeft -= this.nowMs() - beganMs;
    return true;
  }

  #lookAtYoung(): void {
    for (const [pid, left] of this.#young) {
      this.scan.look(pid);
      if (left > 1) this.#young.set(pid, left - 1);
      else this.#young.delete(pid);
    }
    if (this.#young.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Of what the process runs, a path that the kernel can open; the plain one where it leads to the same file, since it stays. */
function programOf(pid: number): string | undefined {
  const link = procPath(pid, "exe");
  try {
    const path = executableOf(pid);
    const identity = fileIdentity(link);
    const isSame = (other: string) => {
      try {
        return fileIdentity(other) === identity;
      } catch {
        return false;
      }
    };
    if (path === undefined) return undefined;
    return [path, procPath(pid, `root${path}`)].find(isSame) ?? link;
  } catch {
    return undefined;
  }
}
