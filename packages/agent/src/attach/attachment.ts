import { join } from "node:path";
import { http2Connections } from "../capture/kernel-processes.js";
import type { CaptureSession } from "../capture/native-session.js";
import { readsClearText } from "../capture/tracepoint-plans.js";
import type { ProcessRecord } from "../decode/end-records.js";
import type { ProcessInfo } from "../exchange.js";
import { Coverage, type CoverageReport } from "./coverage/coverage.js";
import type { Asked } from "./coverage/judge.js";
import { EarlyLooks } from "./libraries/early-looks.js";
import type { Library } from "./libraries/library-probes.js";
import { LibraryScan } from "./libraries/library-scan.js";
import { LibraryTable } from "./libraries/library-table.js";
import { ReadCopies } from "./libraries/read-copies.js";
import type { ProcessExec } from "./processes/process-names.js";
import { ProcessTable } from "./processes/process-table.js";
import { SelfProcesses } from "./processes/self-processes.js";
import { type ChooseSites, chooseSites } from "./runtimes.js";
import type { KnownBuilds } from "./sites/known-builds.js";
import { knownBuildsOfAgent } from "./sites/known-builds-file.js";
import { WaitingReads } from "./waiting/waiting-reads.js";

export interface AttachmentOptions {
  session: CaptureSession;
  /** MASTHEAD_HOME, whose run/*.pid name Masthead's own processes */
  homeDirectory?: string;
  /** processes that are never captured, with all they start (default: this one) */
  ownPids?: readonly number[];
  /** whether some policy in force asks about what the process runs; absent: all are asked about */
  asked?: (pid: number) => Asked;
  /** whether nothing is captured of this process for the budget's sake; absent: of none */
  isSuspended?: (pid: number) => boolean;
  /** whether a policy in force asks for timings; absent: none does */
  isTimed?: () => boolean;
  /** builds without symbols whose functions are known; those that come with the agent by default */
  knownBuilds?: KnownBuilds;
  onWarning?: (message: string) => void;
}

/** Probes on every TLS library of this host, and names for its processes. One thread, all calls synchronous. */
export class Attachment {
  readonly #libraries: LibraryTable;
  readonly #scan: LibraryScan;
  readonly #early: EarlyLooks;
  readonly #waiting: WaitingReads;
  readonly #copies: ReadCopies;
  readonly #processes = new ProcessTable();
  readonly #self: SelfProcesses;
  readonly #coverage: Coverage;
  #hasBegun = false;
  #isStopped = false;
  /** how often probes had been put on libraries when processes were last looked at for what they wait in */
  #attachedAtLook = 0;

  constructor(options: AttachmentOptions) {
    const {
      session,
      homeDirectory,
      ownPids,
      asked,
      isSuspended = () => false,
      isTimed = () => false,
      knownBuilds: builds = knownBuildsOfAgent(),
    } = options;
    const choose: ChooseSites = (elf, seenAt) => chooseSites(elf, builds, session.info.returnBy, seenAt);
    this.#libraries = new LibraryTable(session, choose, options.onWarning);
    this.#scan = new LibraryScan(this.#libraries);
    this.#early = new EarlyLooks(this.#libraries, this.#scan);
    const isWanted = (pid: number) => asked?.(pid) === "asked" && !isSuspended(pid);
    this.#waiting = new WaitingReads(session, this.#libraries, isWanted);
    this.#copies = new ReadCopies(session, this.#libraries, isTimed);
    this.#self = new SelfProcesses(
      session,
      ownPids ?? [process.pid],
      homeDirectory && join(homeDirectory, "run"),
    );
    this.#coverage = new Coverage({
      processOf: (pid) => this.#processes.of(pid),
      isSelf: () => this.#self.all(),
      asked: asked ?? (() => "asked"),
      isSuspended,
      http2: (pid) => http2Connections(session, pid),
      libraries: this.#libraries,
      scan: this.#scan,
      builds,
      readsClearText: readsClearText(session.info.programs),
    });
  }

  /**
   * One look at all processes; to be asked for again every second. Excludes Masthead's own, and attaches what is there: when the first one returns, probes
   * stand, and the processes have their names.
   */
  scan(): void {
    this.#self.refresh();
    this.#early.onScan();
    const live = this.#scan.run(this.#self.all());
    this.#processes.keep(live);
    if (!this.#hasBegun) this.#processes.begin(live);
    this.#hasBegun = true;
    this.#copies.drop();
    this.#copies.leave();
    if (this.#libraries.attached !== this.#attachedAtLook) this.#look();
    this.#waiting.scan();
  }

  #look(): void {
    this.#attachedAtLook = this.#libraries.attached;
    this.#waiting.look();
  }

  /** Other policies are in force, or other programs suspended: processes that are followed from now on may be in the midst of a read. */
  onPolicies(): void {
    this.#copies.leave();
    this.#look();
  }

  /** Programs that a policy names: attached before they run, where they carry TLS inside. */
  expect(paths: readonly string[]): void {
    if (!this.#isStopped) this.#early.expect(paths);
  }

  /** What the kernel tells of a process. */
  onProcess(record: ProcessRecord): void {
    if (record.kind === "exit") {
      this.#onExit(record.pid);
      return;
    }
    const { executableDevice: device, executableInode: inode, file = "" } = record;
    const process = { ...record, device, inode, file };
    if (record.kind === "exec") this.#onExec(process);
    else this.#processes.onTarget(process);
  }

  #onExec(exec: ProcessExec): void {
    this.#processes.onExec(exec);
    // What is in the ring when the probes are taken away attaches nothing any more.
    if (!this.#isStopped) {
      this.#scan.onExec(exec.pid, exec.parentPid);
      if (!this.#self.has(exec.pid)) this.#early.onExec(exec.pid);
    }
    this.#waiting.forget(exec.pid);
    this.#coverage.forget(exec.pid);
  }

  #onExit(pid: number): void {
    this.#processes.onExit(pid);
    this.#scan.forget(pid);
    this.#waiting.forget(pid);
    this.#early.forget(pid);
    this.#self.forget(pid);
    this.#coverage.forget(pid);
  }

  /** Names a process, also one that ended a short while ago. */
  processOf(pid: number): ProcessInfo {
    return this.#processes.of(pid);
  }

  /** Whether the CPU time of a thread says what it did for the requests that it reads. */
  threadsServe(pid: number): boolean {
    return this.#processes.threadsServe(pid);
  }

  /** Which processes with a TCP socket are captured, and why the others are not. */
  coverage(): CoverageReport {
    return this.#coverage.report();
  }

  /** what probes stand on, or could not */
  libraries(): readonly Library[] {
    return this.#libraries.all();
  }

  /** Detaches every probe. */
  stop(): void {
    this.#isStopped = true;
    this.#early.stop();
    this.#waiting.close();
    this.#libraries.close();
  }
}
