import { COPY_PROGRAM } from "../../capture/native-programs.js";
import type { CaptureSession } from "../../capture/native-session.js";
import { u32 } from "../../capture/policy-bytes.js";
import { WAITING_READ, WAITING_READS } from "../../capture/table-layout.js";
import { withFile } from "../elf/byte-source.js";
import { ElfFile } from "../elf/elf-file.js";
import { hasCopies, type Library, notesReads } from "../libraries/library-probes.js";
import type { LibraryTable } from "../libraries/library-table.js";
import { openableAs } from "../libraries/mapped-libraries.js";
import { cookieOf } from "../runtimes.js";
import { copies, waitingReadSites } from "../sites/read-copy-sites.js";
import type { LibrarySite } from "../sites/site.js";
import { hasShadowStack, type SocketWait, type ThreadWait, waitingThreads, waitOf } from "./thread-wait.js";

const MAP = "waiting_reads";
const COUNT_MAP = "waiting_threads";
/** Processes that are followed, and links that wait to be detached, together. */
const PROCESSES_MAX = 64;
/** A thread is in another call, or in none, at so many looks one after the other: then it has come back. */
const LOOKS_ELSEWHERE = 2;
/** Threads; others are looked at in the scans after. */
const LOOKS_PER_SCAN = 512;
/** To detach them takes some 25 ms, before Linux 6.6 as much for each, in which nothing else is done. */
const DETACHED_PER_SCAN = 4;

/** A thread that may be in a read of TLS since before there were probes. */
interface Waiter {
  wait: ThreadWait;
  looksElsewhere: number;
}

interface Followed {
  linkIds: number[];
  waiters: Map<number, Waiter>;
}

interface Host {
  waitingThreads(pid: number, max: number): SocketWait[];
  waitOf(pid: number, thread: number): ThreadWait | undefined;
  hasShadowStack(pid: number): boolean;
}

type Session = Pick<
  CaptureSession,
  "attachUprobe" | "detach" | "updateTable" | "deleteFromTable" | "lookupTable" | "info"
>;

/**
 * Reads of TLS that threads wait in when probes come, or when a policy begins to ask about their process: their entry was not noted. A
 * process that has such threads gets probes of its own where its library copies what was read, until each of them
 * has come back. Nothing else on the host pays for it.
 */
export class WaitingReads {
  readonly #followed = new Map<number, Followed>();
  /** processes, whether they are captured, and their libraries whose reads are noted from their entry on where they are */
  readonly #met = new Map<number, { isWanted: boolean; libraries: Set<Library> }>();
  /** by library */
  readonly #sites = new WeakMap<Library, LibrarySite[]>();
  #threads = 0;
  /** links that nothing is wanted of any more, and of which process */
  #idle: { pid: number; id: number }[] = [];

  /** @param isWanted whether anything of the process is captured now */
  constructor(
    private readonly session: Session,
    private readonly libraries: Pick<LibraryTable, "all">,
    private readonly isWanted: (pid: number) => boolean,
    private readonly host: Host = { waitingThreads, waitOf, hasShadowStack },
  ) {}

  /** Probes stand where none did, or others are captured than before: what processes wait in that were not looked at. */
  look(): void {
    this.#judgeAnew();
    this.#eachNew((pid, library) => this.#lookAt(pid, library));
  }

  /** Once a second: lets go of what has come back. A process that came since the last look began under probes. */
  scan(): void {
    let left = LOOKS_PER_SCAN;
    for (const [pid, followed] of [...this.#followed]) {
      if (left <= 0) break;
      const { waiters } = followed;
      // In turn: what was looked at goes behind the others.
      this.#followed.delete(pid);
      this.#followed.set(pid, followed);
      for (const [thread, waiter] of [...waiters].slice(0, left)) {
        left -= 1;
        if (this.#hasReturned(pid, waiter)) {
          this.#release(waiter, waiters);
        } else {
          waiters.delete(thread);
          waiters.set(thread, waiter);
        }
      }
      if (waiters.size === 0) this.#unfollow(pid);
    }
    this.#eachNew(() => {});
    this.#detach(this.#idle.splice(0, DETACHED_PER_SCAN));
  }

  /** The process ended, or runs another program now. */
  forget(pid: number): void {
    this.#met.delete(pid);
    this.#unfollow(pid);
  }

  close(): void {
    for (const pid of this.#followed.keys()) this.#unfollow(pid);
    this.#detach(this.#idle.splice(0));
  }

  #detach(links: readonly { id: number }[]): void {
    this.session.detach(...links.map(({ id }) => id));
  }

  /** Each process and library that was not met before, where the process is captured. Whether it is, is asked once until the next look. */
  #eachNew(visit: (pid: number, library: Library) => void): void {
    if (!this.session.info.programs.includes(COPY_PROGRAM)) return;
    for (const library of this.libraries.all()) {
      if (!notesReads(library) || !copies(library.runtime)) continue;
      for (const pid of library.pids) {
        const met = this.#met.get(pid) ?? { isWanted: this.isWanted(pid), libraries: new Set<Library>() };
        this.#met.set(pid, met);
        if (met.libraries.has(library)) continue;
        met.libraries.add(library);
        if (met.isWanted) visit(pid, library);
      }
    }
  }

  /** Others may be captured than before, and some have ended. */
  #judgeAnew(): void {
    const live = new Set(this.libraries.all().flatMap(({ pids }) => [...pids]));
    for (const [pid, met] of this.#met) {
      const isWanted = live.has(pid) && this.isWanted(pid);
      if (!live.has(pid)) this.#met.delete(pid);
      else if (isWanted !== met.isWanted) this.#met.set(pid, { isWanted, libraries: new Set() });
      if (!isWanted) this.#unfollow(pid);
    }
  }

  #lookAt(pid: number, library: Library): void {
    if (this.#followed.size + this.#idle.length >= PROCESSES_MAX) return;
    const followed = this.#followed.get(pid) ?? { linkIds: [], waiters: new Map<number, Waiter>() };
    const waits = this.host.waitingThreads(pid, WAITING_READS - this.#threads);
    if (waits.length === 0 || this.host.hasShadowStack(pid)) return;
    this.#followed.set(pid, followed);
    try {
      const copiesStand = hasCopies(library);
      const follow = () => {
        for (const wait of waits)
          if (!followed.waiters.has(wait.thread)) this.#follow(wait, followed, copiesStand);
      };
      // Known before they are probed, since the first hit is the one that counts; but where copies are seen for all, these see it until then.
      if (!copiesStand) follow();
      this.#attach(pid, library, followed);
      if (copiesStand && followed.linkIds.length > 0) follow();
    } catch {
      // The process ended, or a table is full: what it waits for is not seen, as without this.
    }
    if (followed.linkIds.length === 0) this.#unfollow(pid);
  }

  #follow(wait: SocketWait, { waiters }: Followed, copiesStand: boolean): void {
    const { thread, descriptor } = wait;
    // Counted first: one that found no room counts as returned at the next look.
    waiters.set(thread, { wait, looksElsewhere: 0 });
    this.#count(1);
    this.session.updateTable(MAP, u32(thread), waitingReadValue(descriptor, copiesStand));
  }

  #unfollow(pid: number): void {
    const followed = this.#followed.get(pid);
    if (!followed) return;
    this.#followed.delete(pid);
    this.#idle.push(...followed.linkIds.map((id) => ({ pid, id })));
    for (const waiter of followed.waiters.values()) this.#release(waiter, followed.waiters);
  }

  #attach(pid: number, library: Library, followed: Followed): void {
    const { runtime, link, identity } = library;
    const path = openableAs(identity, library.path, pid);
    if (runtime === undefined || path === undefined) return;
    // Two probes at one place would count twice.
    this.#detach(this.#idle.filter((link) => link.pid === pid));
    this.#idle = this.#idle.filter((link) => link.pid !== pid);
    let sites = this.#sites.get(library);
    if (!sites) {
      // Also where it throws: a file is read through once.
      this.#sites.set(library, []);
      sites = withFile(path, (source) => waitingReadSites(new ElfFile(source), runtime));
      this.#sites.set(library, sites);
    }
    for (const site of sites) {
      const { offset, kind } = site;
      const cookie = cookieOf(runtime, site);
      followed.linkIds.push(this.session.attachUprobe({ path, offset, cookie, link, kind, pid }));
    }
  }

  #hasReturned(pid: number, waiter: Waiter): boolean {
    const { wait } = waiter;
    // The kernel saw a read of this thread's from its entry on.
    if (this.session.lookupTable(MAP, u32(wait.thread)) === null) return true;
    const now = this.host.waitOf(pid, wait.thread);
    const isThere =
      now !== undefined && now.systemCall === wait.systemCall && now.stackPointer === wait.stackPointer;
    waiter.looksElsewhere = isThere ? 0 : waiter.looksElsewhere + 1;
    return waiter.looksElsewhere >= LOOKS_ELSEWHERE;
  }

  #release({ wait }: Waiter, waiters: Map<number, Waiter>): void {
    this.session.deleteFromTable(MAP, u32(wait.thread));
    if (waiters.delete(wait.thread)) this.#count(-1);
  }

  /** Where there are none the kernel looks none up. */
  #count(more: 1 | -1): void {
    this.#threads += more;
    this.session.updateTable(COUNT_MAP, u32(0), u32(this.#threads));
  }
}

function waitingReadValue(descriptor: number | undefined, copiesStand: boolean): Uint8Array {
  const value = Buffer.alloc(WAITING_READ.bytes);
  value.writeUInt32LE(descriptor ?? 0, WAITING_READ.descriptor);
  value.writeUInt16LE(descriptor === undefined ? 0 : 1, WAITING_READ.has_descriptor);
  value.writeUInt16LE(copiesStand ? 1 : 0, WAITING_READ.copies_stand);
  return value;
}
