import { needsWholeReads } from "../../capture/kernel-processes.js";
import type { CaptureSession } from "../../capture/native-session.js";
import { hasCopies, type Library, notesReads } from "./library-probes.js";
import type { LibraryTable } from "./library-table.js";

const SCANS_BESIDE = 4;
/** To detach them takes some 25 ms, and that for each before Linux 6.6, in which nothing else is done. */
const DROPPED_PER_SCAN = 4;

/**
 * Libraries whose reads are seen where they are copied, until that tells too little: a program moves ciphertext itself, so that the library
 * knows no socket, policies ask when bytes arrived, or no read is ever seen. From then on reads of it are
 * seen at both ends of the calls that read, as long as the agent runs.
 */
export class ReadCopies {
  /** how many scans the copies of a library still stand beside its calls */
  readonly #leaving = new WeakMap<Library, number>();

  constructor(
    private readonly session: Pick<CaptureSession, "lookupTable">,
    private readonly libraries: Pick<LibraryTable, "all" | "addCalls" | "dropCopies" | "seenAt">,
    /** whether a policy in force asks for timings */
    private readonly isTimed: () => boolean,
  ) {}

  /** Where copies tell too little, reads are seen at calls, too, from now on. */
  leave(): void {
    const isTimed = this.isTimed();
    if (isTimed) this.libraries.seenAt = "call";
    for (const library of this.libraries.all())
      if (hasCopies(library) && !notesReads(library) && (isTimed || this.#needsWholeReads(library)))
        this.libraries.addCalls(library);
  }

  /**
   * Once a scan: drops copies beside which calls have stood for a while. A read that had begun before those did is seen at its copy
   * till then, whatever its thread was doing.
   */
  drop(): void {
    const leaving: Library[] = [];
    for (const library of this.libraries.all()) {
      if (!hasCopies(library) || !notesReads(library)) continue;
      const left = (this.#leaving.get(library) ?? SCANS_BESIDE) - 1;
      this.#leaving.set(library, left);
      if (left <= 0 && leaving.length < DROPPED_PER_SCAN) leaving.push(library);
    }
    this.libraries.dropCopies(...leaving);
  }

  #needsWholeReads({ pids }: Library): boolean {
    return [...pids].some((pid) => needsWholeReads(this.session, pid));
  }
}
