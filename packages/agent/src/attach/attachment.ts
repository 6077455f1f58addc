import { join } from "node:path";
import type { CaptureSession } from "../capture/native-session.js";
import type { ProcessInfo } from "../exchange.js";
import { Coverage, type CoverageReport } from "./coverage/coverage.js";
import { LibraryScan } from "./libraries/library-scan.js";
import { type Library, LibraryTable } from "./libraries/library-table.js";
import type { ProcessExec } from "./processes/process-names.js";
import { ProcessTable } from "./processes/process-table.js";
import { SelfProcesses } from "./processes/self-processes.js";

export interface AttachmentOptions {
  session: CaptureSession;
  /** MASTHEAD_HOME, whose run/*.pid name Masthead's own processes */
  homeDirectory?: string;
  /** processes that are never captured, with all they start (default: this one) */
  ownPids?: readonly number[];
  /** whether some policy asks about this executable; absent: all are asked about */
  isTarget?: (process: ProcessInfo) => boolean;
  /** whether nothing is captured of this process for the budget's sake; absent: of none */
  isSuspended?: (pid: number) => boolean;
  scanEveryMs?: number;
}

const SCAN_EVERY_MS = 1000;

/** Probes on every TLS library of this host, and names for its processes. One thread, all calls synchronous. */
export class Attachment {
  readonly #libraries: LibraryTable;
  readonly #scan: LibraryScan;
  readonly #processes = new ProcessTable();
  readonly #self: SelfProcesses;
  readonly #coverage: Coverage;
  readonly #scanEveryMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor({ session, homeDirectory, ownPids, isTarget, isSuspended, scanEveryMs }: AttachmentOptions) {
    this.#libraries = new LibraryTable(session);
    this.#scan = new LibraryScan(this.#libraries);
    this.#self = new SelfProcesses(
      session,
      ownPids ?? [process.pid],
      homeDirectory && join(homeDirectory, "run"),
    );
    this.#scanEveryMs = scanEveryMs ?? SCAN_EVERY_MS;
    this.#coverage = new Coverage({
      processOf: (pid) => this.#processes.of(pid),
      isSelf: () => this.#self.all(),
      isTarget: isTarget ?? (() => true),
      isSuspended: isSuspended ?? (() => false),
      libraries: this.#libraries,
      scan: this.#scan,
    });
  }

  /** Excludes Masthead's own, attaches what is there, then looks again every second. When it returns, probes stand. */
  start(): void {
    this.scan();
    this.#timer = setInterval(() => this.scan(), this.#scanEveryMs);
    this.#timer.unref();
  }

  /** One look at all processes. */
  scan(): void {
    this.#self.refresh();
    this.#processes.keep(this.#scan.run(this.#self.all()));
  }

  /** RECORD_PROCESS_EXEC */
  onExec(exec: ProcessExec): void {
    this.#processes.onExec(exec);
    this.#scan.onExec(exec.pid);
  }

  /** RECORD_PROCESS_EXIT */
  onExit(pid: number): void {
    this.#processes.onExit(pid);
    this.#scan.forget(pid);
    this.#self.forget(pid);
  }

  /** Names a process, also one that ended a short while ago. */
  processOf(pid: number): ProcessInfo {
    return this.#processes.of(pid);
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
    clearInterval(this.#timer);
    this.#libraries.close();
  }
}
