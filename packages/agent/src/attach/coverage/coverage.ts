import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import type { ProcessInfo } from "../../exchange.js";
import type { LibraryScan } from "../libraries/library-scan.js";
import type { LibraryTable } from "../libraries/library-table.js";
import { allPids } from "../processes/proc-process.js";
import type { KnownBuilds } from "../sites/known-builds.js";
import { DescriptorLooks } from "./descriptors.js";
import { type HostLimits, hostLimits } from "./host-limits.js";
import { type Asked, judge } from "./judge.js";
import { LibraryTls } from "./library-tls.js";
import { ProgramTls } from "./program-tls.js";
import { reason } from "./reason.js";
import { SocketTables } from "./socket-table.js";

export interface CoverageReport {
  entries: CoverageEntry[];
  /** processes beyond the bound of the report, and those that were not looked at yet */
  omitted: number;
  /** processes of whose libraries not all was read yet, so that notes may be missing */
  unread: number;
}

export interface CoverageSources {
  processOf: (pid: number) => ProcessInfo;
  isSelf: () => Set<number>;
  asked: (pid: number) => Asked;
  isSuspended: (pid: number) => boolean;
  /** connections of the process that spoke HTTP/2 */
  http2: (pid: number) => number;
  libraries: Pick<LibraryTable, "of">;
  scan: Pick<LibraryScan, "look" | "of">;
  builds: KnownBuilds;
  /** HTTP in clear is read */
  readsClearText: boolean;
  /** of this host by default */
  limits?: HostLimits;
  /** why the host lets nothing be captured, in words; absent where it does */
  refusal?: string;
}

const ENTRIES_MAX = 4096;
/** Bytes of programs' files that one report reads: some thirty milliseconds where they are cached. */
const PROGRAM_BYTES_PER_REPORT = 8 * 1024 * 1024;
/** The same of libraries. */
const LIBRARY_BYTES_PER_REPORT = 4 * 1024 * 1024;

/** For each process with a TCP socket: captured and how, or not and why (promise observe-only). */
export class Coverage {
  readonly #descriptors = new DescriptorLooks();
  readonly #programs: ProgramTls;
  readonly #libraryTls = new LibraryTls();
  readonly #limits: HostLimits;
  readonly #hostRefusal: string | undefined;

  constructor(private readonly sources: CoverageSources) {
    this.#programs = new ProgramTls(sources.builds);
    this.#limits = sources.limits ?? hostLimits();
    this.#hostRefusal = hostRefusal(this.#limits, sources.refusal);
  }

  report(): CoverageReport {
    const pids = allPids();
    const unseen = this.#descriptors.renew(pids, new SocketTables());
    this.#programs.allow(PROGRAM_BYTES_PER_REPORT);
    this.#libraryTls.allow(LIBRARY_BYTES_PER_REPORT);
    const self = this.sources.isSelf();
    const entries = pids.flatMap((pid) => this.#entry(pid, self) ?? []);
    const omitted = unseen + Math.max(0, entries.length - ENTRIES_MAX);
    return { entries: entries.slice(0, ENTRIES_MAX), omitted, unread: this.#libraryTls.unread };
  }

  /** The process ended, or began another program. */
  forget(pid: number): void {
    this.#descriptors.forget(pid);
    this.#libraryTls.forget(pid);
  }

  #entry(pid: number, self: Set<number>): CoverageEntry | undefined {
    const descriptors = this.#descriptors.of(pid);
    if (!descriptors?.hasTcp && descriptors?.refused === undefined) return undefined;
    const named = describe(this.sources.processOf(pid));
    if (self.has(pid)) return { ...named, state: "self" };
    this.sources.scan.look(pid);
    const judgement = judge({
      ...{ descriptors, hostRefusal: this.#hostRefusal },
      asked: this.sources.asked(pid),
      isSuspended: this.sources.isSuspended(pid),
      scanned: this.sources.scan.of(pid),
      libraries: this.sources.libraries.of(pid),
      program: () => this.#programs.reasonOf(`/proc/${pid}/exe`),
      libraryTls: () => this.#libraryTls.of(pid),
      http2: this.sources.http2(pid),
      readsClearText: this.sources.readsClearText,
    });
    return { ...named, ...judgement };
  }
}

function describe(
  process: ProcessInfo,
): Pick<CoverageEntry, "pid" | "executable" | "serviceName" | "containerId"> {
  return {
    pid: process.pid,
    executable: process.executablePath ?? process.executableName,
    serviceName: process.serviceName,
    ...(process.containerId === undefined ? {} : { containerId: process.containerId.slice(0, 128) }),
  };
}

function hostRefusal({ isLockedDown }: HostLimits, refusal: string | undefined): string | undefined {
  if (isLockedDown) return reason("lockdown");
  return refusal === undefined ? undefined : reason("not_capturing", refusal);
}
