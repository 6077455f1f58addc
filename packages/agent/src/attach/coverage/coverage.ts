import type { CoverageEntry } from "@masthead/shared/wire/heartbeat";
import type { ProcessInfo } from "../../exchange.js";
import type { LibraryScan } from "../libraries/library-scan.js";
import type { Library, LibraryTable } from "../libraries/library-table.js";
import { allPids } from "../processes/proc-process.js";
import { OwnTls } from "./own-tls.js";
import { TcpSockets } from "./tcp-sockets.js";

export interface CoverageReport {
  entries: CoverageEntry[];
  /** processes beyond the bound of the report */
  omitted: number;
}

export interface CoverageSources {
  processOf: (pid: number) => ProcessInfo;
  isSelf: () => Set<number>;
  isTarget: (process: ProcessInfo) => boolean;
  isSuspended: (pid: number) => boolean;
  libraries: Pick<LibraryTable, "of">;
  scan: Pick<LibraryScan, "look" | "unreadable" | "otherLibraries">;
}

const ENTRIES_MAX = 4096;
const REASON_MAX = 256;

/** For each process with a TCP socket: captured and how, or not and why (promise observe-only). */
export class Coverage {
  readonly #ownTls = new OwnTls();

  constructor(private readonly sources: CoverageSources) {}

  report(): CoverageReport {
    const sockets = new TcpSockets();
    const self = this.sources.isSelf();
    const entries: CoverageEntry[] = [];
    let omitted = 0;
    for (const pid of allPids()) {
      const entry = this.#entry(pid, sockets, self);
      if (!entry) continue;
      if (entries.length < ENTRIES_MAX) entries.push(entry);
      else omitted += 1;
    }
    return { entries, omitted };
  }

  #entry(pid: number, sockets: TcpSockets, self: Set<number>): CoverageEntry | undefined {
    let refused: string | undefined;
    try {
      if (!sockets.heldBy(pid)) return undefined;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (code !== "EACCES" && code !== "EPERM") return undefined;
      refused = `permission: its descriptors cannot be read (${code})`;
    }
    const process = this.sources.processOf(pid);
    const named = describe(process);
    if (self.has(pid)) return { ...named, state: "self" };
    if (refused) return { ...named, state: "not_captured", reason: refused };
    this.sources.scan.look(pid);
    const library = this.sources.libraries.of(pid);
    const reason = this.#reason(process, library);
    if (reason !== undefined) return { ...named, state: "not_captured", reason: reason.slice(0, REASON_MAX) };
    return { ...named, state: "captured", ...(library && means(library)) };
  }

  #reason(process: ProcessInfo, library: Library | undefined): string | undefined {
    const unreadable = this.sources.scan.unreadable(process.pid);
    if (unreadable !== undefined) return `permission: its mappings cannot be read (${unreadable})`;
    if (library?.failure !== undefined) return `attach_failed: ${library.failure}`;
    if (!library) {
      const hasOther = this.sources.scan.otherLibraries(process.pid).length > 0;
      return hasOther || this.#ownTls.in(process.pid) ? "static_or_unsupported_tls" : "no_tls_library";
    }
    if (this.sources.isSuspended(process.pid)) return "suspended_by_budget";
    return this.sources.isTarget(process) ? undefined : "excluded_by_policy";
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

/** The runtime, the link and the dearer of its sites, as the heartbeat names them. */
function means(library: Library): Pick<CoverageEntry, "runtime" | "link" | "site"> {
  const calls = library.sites.filter((site) => site.kind === "call");
  return {
    runtime: library.runtime,
    link: `uprobe_${library.link}`,
    site: calls.every((site) => site.cost === "emulated") ? "emulated" : "single_step",
  };
}
