import type { CaptureSession } from "../../capture/native-session.js";
import type { SeenAt } from "../../capture/seen-at.js";
import { ElfError } from "../elf/byte-source.js";
import { fileIdentity, pathBelowOverlays, probedVersion } from "../file-identity.js";
import { codeOf } from "../processes/system-error.js";
import { type ChooseSites, chooseSites } from "../runtimes.js";
import { UnknownBuild } from "../unknown-build.js";
import { isRewritten, isStillThere, plainerPath } from "./library-path.js";
import { type Library, LibraryProbes } from "./library-probes.js";
import { contentOf, type Found, lookThrough } from "./look-through.js";
import { openableAs } from "./mapped-libraries.js";
import { RewrittenFiles } from "./rewritten-files.js";
import { failureWords, type Sighting, type Unsighted } from "./sighting.js";

/** Files that probes stand on, or could not: each inode once, however many processes and containers map it. */
const LIBRARIES_MAX = 1024;
const RETRY_AFTER_SCANS = 30;
const PROGRAMS_WITHOUT_MAX = 4096;
/** For a library that only the loader's cache names. */
const NO_PROCESS = 0;

export class LibraryTable {
  readonly #libraries = new Map<string, Library>();
  /** programs that carry no TLS inside, by identity and version */
  readonly #without = new Set<string>();
  #scan = 0;
  #refused = 0;
  #attached = 0;
  readonly #probes: LibraryProbes;
  readonly #rewritten: RewrittenFiles;
  /** where bytes are seen of libraries and programs that come */
  seenAt: SeenAt;

  constructor(
    private readonly session: Pick<CaptureSession, "attachUprobe" | "detach" | "info">,
    private readonly choose: ChooseSites = (elf, seenAt) =>
      chooseSites(elf, undefined, session.info.returnBy, seenAt),
    onWarning: (message: string) => void = () => {},
  ) {
    this.#probes = new LibraryProbes(session);
    this.#rewritten = new RewrittenFiles({
      probed: (identity) => this.#libraries.get(identity),
      letGo: (library) => this.#letGo(library),
      program: (path) => void this.sightProgram(path, "policy"),
      mapped: (path, pid) => void this.sight(path, { pid }),
      onWarning,
    });
    this.seenAt = session.info.seenAt;
  }

  /** A file that some process maps or some loader would: attached now, where that was not done before. */
  sight(path: string, by: Sighting): Library | Unsighted {
    let identity: string;
    try {
      identity = fileIdentity(path);
    } catch (error) {
      return { unsighted: failureWords(error) };
    }
    const library = this.#known(identity, path, by);
    if (!library && !this.#hasRoom())
      return { unsighted: `${LIBRARIES_MAX} libraries are probed, which is the most there may be` };
    return this.#sighted(library ?? this.#add(identity, path, false), path, by);
  }

  /**
   * A program, which may carry its TLS inside, as official Node binaries do: attached where it does. Each is read once.
   * @returns undefined where it does not, and where it cannot be read
   */
  sightProgram(path: string, by: Sighting): Library | undefined {
    try {
      const identity = fileIdentity(path);
      const content = contentOf(path, identity);
      if (this.#without.has(content)) return undefined;
      const library = this.#known(identity, path, by) ?? this.#addProgram(identity, content, path);
      return library && this.#sighted(library, path, by);
    } catch {
      return undefined;
    }
  }

  /** Whether this program was looked through before; so is one that cannot be. */
  knows(path: string): boolean {
    try {
      const identity = fileIdentity(path);
      return this.#libraries.has(identity) || this.#without.has(contentOf(path, identity));
    } catch {
      return true;
    }
  }

  /** Reads of it are seen at the calls that read, too, from now on. Where that fails nothing has changed, and it may be asked for again after a while. */
  addCalls(library: Library): void {
    if (library.retryAtScan > this.#scan) return;
    for (const pid of [...library.pids, NO_PROCESS]) {
      try {
        const path = openableAs(library.identity, library.path, pid);
        const found = path === undefined ? undefined : lookThrough(path, this.choose, "call");
        if (path === undefined || !found || found.version !== library.version) continue;
        if ("error" in found || !found.chosen) continue;
        this.#probes.addCalls(library, path, found.chosen);
        this.#attached += 1;
        return;
      } catch {
        // The process has ended, or a probe was refused: another process may lead to the file.
      }
    }
    library.retryAtScan = this.#scan + RETRY_AFTER_SCANS;
  }

  /** After addCalls(): reads of these are seen at calls alone. */
  dropCopies(...libraries: Library[]): void {
    this.#probes.dropCopies(...libraries);
  }

  #addProgram(identity: string, content: string, path: string): Library | undefined {
    if (!this.#hasRoom()) return undefined;
    const found = this.#find(path, true);
    const isOther = "error" in found ? found.error instanceof ElfError : found.chosen === undefined;
    if (isOther) {
      if (this.#without.size >= PROGRAMS_WITHOUT_MAX) this.#without.clear();
      this.#without.add(content);
      return undefined;
    }
    if ("error" in found && codeOf(found.error) !== undefined) throw found.error;
    // Also where it is not known how to follow what it carries: the table says why nothing stands on it.
    return this.#add(identity, path, true, found);
  }

  readonly #find = (path: string, isProgram: boolean): Found =>
    lookThrough(path, this.choose, this.#seenAtOf(isProgram));

  /** Programs with TLS inside mostly move ciphertext themselves: where handshakes are not seen, only whole calls tell their sockets. */
  #seenAtOf(isProgram: boolean): SeenAt {
    return isProgram && this.session.info.returnBy !== "probe" ? "call" : this.seenAt;
  }

  /** What is known of this file, unless that is of a version of it that has been written over. */
  #known(identity: string, path: string, by: Sighting): Library | undefined {
    const library = this.#libraries.get(identity);
    return library && this.#rewritten.found(library, path, by) ? undefined : library;
  }

  #sighted(library: Library, path: string, by: Sighting): Library {
    if (by === "cache") library.cached = true;
    else if (by !== "policy") library.pids.add(by.pid);
    library.path = plainerPath(library.path, path);
    const isDue = () => library.retryAtScan <= this.#scan || library.version !== probedVersion(path);
    if (library.failure !== undefined && isDue()) {
      this.#attach(library, path, this.#find(path, library.isProgram));
    }
    return library;
  }

  /** For a further file. What no process maps and no loader would makes room; where all are in use, that is counted. */
  #hasRoom(): boolean {
    if (this.#libraries.size < LIBRARIES_MAX) return true;
    const idle = this.all().find(({ pids, cached }) => pids.size === 0 && !cached);
    if (idle) this.#letGo(idle);
    else this.#refused += 1;
    return idle !== undefined;
  }

  #add(identity: string, path: string, isProgram: boolean, found = this.#find(path, isProgram)): Library {
    const link = this.session.info.links[0] ?? "perf";
    // The layer's path stays when the container goes: the next one of its image is captured from its first exchange on.
    const library: Library = {
      ...{ identity, version: found.version, path: pathBelowOverlays(path), link, sites: [], linkIds: [] },
      ...{ isUnknownBuild: false, retryAtScan: 0, isProgram, pids: new Set<number>(), cached: false },
    };
    this.#libraries.set(identity, library);
    this.#attach(library, path, found);
    return library;
  }

  #attach(library: Library, path: string, found: Found): void {
    delete library.failure;
    library.version = found.version;
    try {
      if ("error" in found) throw found.error;
      const { chosen } = found;
      if (!chosen) throw new Error("no functions that read and write in it, of a TLS library that is known");
      this.#probes.attach(library, path, chosen);
      this.#rewritten.watch(library, path);
      if (isRewritten(library, path)) {
        this.#probes.detach(library);
        throw new Error("it is being written");
      }
      this.#attached += 1;
    } catch (error) {
      library.failure = failureWords(error);
      library.isUnknownBuild = error instanceof UnknownBuild;
      // Where only the way there is gone, as when a process ended, the next one who leads to it is asked.
      const isRefused = isStillThere({ path, identity: library.identity });
      library.retryAtScan = this.#scan + (isRefused ? RETRY_AFTER_SCANS : 0);
    }
  }

  /** The process ended, or runs another program now. */
  forget(pid: number): void {
    for (const library of this.#libraries.values()) library.pids.delete(pid);
  }

  /**
   * Once a scan: what no process maps and no path leads to any more is let go (an upgraded library, a removed image). @returns whether there was any.
   * The inode stays alive as long as a probe stands on it, so its number cannot come back as another file's; so does the
   * mount that it was reached through, which is why a container's file is let go when its last process is gone: where its layer is not known, that is the container's.
   */
  prune(): boolean {
    this.#scan += 1;
    this.#rewritten.onScan(this.all());
    const gone = [...this.#libraries.values()].filter(
      (library) => library.pids.size === 0 && !isStillThere(library),
    );
    this.#letGo(...gone);
    return gone.length > 0;
  }

  #letGo(...libraries: Library[]): void {
    this.#probes.detach(...libraries);
    for (const library of libraries) {
      this.#rewritten.unwatch(library);
      this.#libraries.delete(library.identity);
    }
  }

  /** The libraries that this process maps, the captured ones first. */
  of(pid: number): Library[] {
    const mapped = this.all().filter((library) => library.pids.has(pid));
    const isCaptured = ({ failure }: Library) => failure === undefined;
    return [...mapped.filter(isCaptured), ...mapped.filter((library) => !isCaptured(library))];
  }

  all(): Library[] {
    return [...this.#libraries.values()];
  }

  /** how often probes were put on one */
  get attached(): number {
    return this.#attached;
  }

  /** libraries that found no room in the table */
  get refused(): number {
    return this.#refused;
  }

  close(): void {
    this.#letGo(...this.#libraries.values());
  }
}
