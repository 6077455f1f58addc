import { existsSync } from "node:fs";
import { fileVersion } from "../file-identity.js";
import { FileWatch } from "./file-watch.js";
import { isRewritten } from "./library-path.js";
import type { Library } from "./library-probes.js";
import type { Sighting } from "./sighting.js";

/** What is done about a file that was written to. */
export interface RewrittenFilesOptions {
  /** what stands on the file with this identity, if anything does */
  probed(identity: string): Library | undefined;
  /** takes the probes away, and forgets the file */
  letGo(library: Library): void;
  /** a program is whole again */
  program(path: string): void;
  /** a library is, and this process has it mapped */
  mapped(path: string, pid: number): void;
  onWarning(message: string): void;
}

type Rewritten = Pick<Library, "path" | "isProgram" | "pids" | "version">;

/**
 * Files that are written to while probes stand on them, as where a program is deployed by copying over it. The probes stand inside of other instructions
 * by then, and the kernel puts them there for whoever runs the file next: they are taken away at the first byte that is written. As long as a program is open for
 * writing nobody can run it (ETXTBSY), so that this is in time, unless no watch tells of it or the agent is kept from its CPU for as long as the copy takes.
 */
export class RewrittenFiles {
  readonly #watch = new FileWatch((identity) => this.#onEvent(identity));
  readonly #written = new Map<string, Rewritten>();

  constructor(private readonly options: RewrittenFilesOptions) {}

  /** Probes stand on it. @param path by which a process reaches it */
  watch({ identity }: Library, path: string): void {
    this.#watch.add(identity, path);
  }

  unwatch({ identity }: Library): void {
    this.#watch.remove(identity);
  }

  /** Whether this one has been written to, of which no watch has told; its probes are taken away then. @param by who led to it now */
  found(library: Library, path: string, by: Sighting = "cache"): boolean {
    if (!isRewritten(library, path)) return false;
    this.#takeIn(library);
    const runs = typeof by === "string" ? [...library.pids].find(isAlive) : by.pid;
    if (runs !== undefined)
      this.options.onWarning(
        `${path} was written over while probes stood on it, and process ${runs} has mapped it before they were taken away: restart that one, its code may be damaged`,
      );
    return true;
  }

  /** Looks at what was written to once nobody has for a scan. Who runs it by then was looked at as it began. */
  onScan(libraries: readonly Library[]): void {
    for (const [identity, file] of this.#written) {
      const version = fileVersion(file.path);
      if (version === file.version) {
        this.#written.delete(identity);
        if (version !== undefined) this.#meetAgain(file);
      }
      file.version = version;
    }
    for (const library of libraries) this.found(library, library.path);
  }

  #onEvent(identity: string): void {
    const library = this.options.probed(identity);
    if (library && isRewritten(library)) this.#takeIn(library);
  }

  #takeIn(library: Library): void {
    const { identity, path, isProgram } = library;
    this.options.letGo(library);
    this.#written.set(identity, { path, isProgram, pids: new Set(library.pids), version: undefined });
  }

  #meetAgain({ path, isProgram, pids }: Rewritten): void {
    if (isProgram) this.options.program(path);
    else for (const pid of pids) if (isAlive(pid)) this.options.mapped(path, pid);
  }
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
