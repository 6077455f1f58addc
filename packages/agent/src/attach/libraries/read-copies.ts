import { needsWholeReads } from "../../capture/kernel-processes.js";
import type { CaptureSession } from "../../capture/native-session.js";
import { hasCopies, type Library, notesReads } from "./library-probes.js";
import type { LibraryTable } from "./library-table.js";

/**
 * Libraries whose reads are seen where they are copied, until that tells too little: a program moves ciphertext itself, so that the library
 * knows no socket, policies ask when bytes arrived, or no read is ever seen. From then on reads of it are
 * seen at both ends of the calls that read, as long as the agent runs.
 */
export class ReadCopies {
  constructor(
    private readonly session: Pick<CaptureSession, "lookupTable">,
    private readonly libraries: Pick<LibraryTable, "all" | "addCalls" | "readsAt">,
    /** whether a policy in force asks for timings */
    private readonly isTimed: () => boolean,
  ) {}

  /** @returns those whose reads are seen at calls, too, from now on: the caller drops their copies, once it follows what threads wait in */
  leave(): Library[] {
    const isTimed = this.isTimed();
    if (isTimed) this.libraries.readsAt = "call";
    return this.libraries
      .all()
      .filter(
        (library) =>
          hasCopies(library) && !notesReads(library) && (isTimed || this.#needsWholeReads(library)),
      )
      .filter((library) => this.libraries.addCalls(library));
  }

  #needsWholeReads({ pids }: Library): boolean {
    return [...pids].some((pid) => needsWholeReads(this.session, pid));
  }
}
