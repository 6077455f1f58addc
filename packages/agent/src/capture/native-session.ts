import { LibbpfSession } from "./native-libbpf-session.js";
import { attachTracepoints } from "./native-programs.js";
import { loadPrograms } from "./object-builds.js";
import type { ReturnBy } from "./return-probes.js";
import type { SeenAt } from "./seen-at.js";

/** How a probe is linked, best first: uprobe session (6.13), uprobe_multi (6.6), perf event. */
export type LinkKind = "session" | "multi" | "perf";

/**
 * Which programs stand there. `call`: at entry and at return; `call_entry` and `call_return`: at one of the two, the latter
 * at an instruction by which the function returns; `entry`: at entry only; `go_entry` and `go_bytes`: at that one
 * instruction of a Go program; `copy`: at a call within OpenSSL or BoringSSL.
 */
export type SiteKind = "call" | "call_entry" | "call_return" | "entry" | "go_entry" | "go_bytes" | "copy";

/** Where a probe stands. */
export interface ProbeSite {
  /** a path the kernel can open now: on the host, or through /proc/PID/root or /proc/PID/map_files */
  path: string;
  /** offset in the file, in bytes */
  offset: number;
  /**
   * what the programs are told, 64 bits: the low byte is an `enum site_function` of bpf/include/tables.h, the next an
   * `enum record_source`, the others are the runtime's own
   */
  cookie: bigint;
  link: LinkKind;
  kind: SiteKind;
  /** the one process in which it stands (default: all) */
  pid?: number;
}

/**
 * The programs in the kernel, as seen from user space. All calls are synchronous and throw NativeError, but stop().
 * Keys and values are raw bytes, little endian, laid out as bpf/include/tables.h says.
 */
export interface CaptureSession {
  updateTable(map: string, key: Uint8Array, value: Uint8Array): void;
  /** false: there was no such entry */
  deleteFromTable(map: string, key: Uint8Array): boolean;
  lookupTable(map: string, key: Uint8Array): Uint8Array | null;
  tableKeys(map: string): Uint8Array[];
  /**
   * Attaches what notes when bytes come to sockets, or detaches it. @throws NativeError where the kernel does not have it
   * (before Linux 6.3); what is attached stays as it was then
   */
  followArrivals(wanted: boolean): void;
  /** Empties a hash that no program writes to any more: key and value of each entry, end to end. */
  takeTable(map: string): Uint8Array;
  /** waits until no program run that began before is still running (an RCU grace period) */
  synchronize(): void;
  /** summed over CPUs, indexed by `enum counter` of bpf/include/record.h */
  counters(): number[];
  /** the id to give to detach() */
  attachUprobe(site: ProbeSite): number;
  /** Together, which takes little longer than one does, some 25 ms (before Linux 6.6 as much for each); a link that is gone already is not an error. */
  detach(...linkIds: number[]): void;
  /**
   * Begins reading: each call brings `count` records laid end to end, every start at a multiple of eight bytes; their memory
   * is used again after it.
   */
  start(onRecords: (records: Uint8Array, count: number) => void): void;
  /** stops reading the ring, for tests and budgets; records wait in the ring */
  pause(): void;
  resume(): void;
  /** reads what is in the ring, hands it over, then ends the reader */
  stop(): Promise<void>;
  /** detaches and frees everything; whoever holds the session calls it exactly once at the end, twice is harmless */
  close(): void;
  /** one run of a `syscall` program by BPF_PROG_TEST_RUN: `data` is its context, and comes back as the program left it */
  testRun(program: string, data: Uint8Array): { returnValue: number; data: Uint8Array };
  /** what the kernel took and what it refused */
  readonly info: SessionInfo;
  /** how the reader and the hand-off fare */
  statistics(): SessionStatistics;
  /** numbers by which the kernel knows what this session holds now */
  kernelIds(): KernelIds;
}

export interface SessionInfo {
  /** the kinds of link that this session can make, best first */
  links: LinkKind[];
  /** the build of the object that is loaded (object-builds.ts) */
  objectPath: string;
  /** better builds for this kernel that it did not take whole, and why */
  refusedBuilds: { objectPath: string; reason: string }[];
  /** programs that are loaded */
  programs: string[];
  /** optional programs that are not, and why */
  absent: { program: string; reason: string }[];
  /** how ends of calls are seen: of which kinds sites may be */
  returnBy: ReturnBy;
  /** where bytes of OpenSSL are seen, where the library allows it */
  seenAt: SeenAt;
  /** better links that this kernel does not make, and why */
  refusedLinks: { kind: LinkKind; reason: string }[];
}

export interface SessionStatistics {
  records: number;
  bytes: number;
  batches: number;
  /** times the hand-off was full and records stayed in the ring */
  handoffStalls: number;
  /** bytes that JavaScript has been given and has not yet taken */
  handoffBytes: number;
  /** bytes that wait in the ring */
  ringBytes: number;
}

export interface KernelIds {
  programs: number[];
  maps: number[];
  links: number[];
}

export interface SessionOptions {
  /** the BPF object, built by `make -C bpf`; another build beside it may be taken (object-builds.ts) */
  objectPath: string;
  /** how often the ring is read, in milliseconds; the kernel wakes the reader only where a quarter of it has filled (default 40) */
  pollEveryMs?: number;
  /** the bound of the hand-off to JavaScript, in bytes (default 4 MiB) */
  handoffBytes?: number;
  /** sizes of maps other than the object's own, by name, in entries (bytes for the ring) */
  mapEntries?: Record<string, number>;
  /** the best link kind to use (default: the best the kernel offers); for tests and benchmarks */
  bestLink?: LinkKind;
  /**
   * with `instruction` there is no return probe, and no site of kind `call`, but of `call_entry` and `call_return` (default: what this
   * kernel allows)
   */
  returnBy?: ReturnBy;
  /** `copy`: bytes of OpenSSL are seen where they are copied, where this host allows that (default: `copy`) */
  seenAt?: SeenAt;
  /** whether HTTP in clear is read too, from system calls */
  clearText?: boolean;
  /** optional programs to do without, as on a kernel that refuses them; for tests */
  withoutPrograms?: string[];
  /** further programs to load, unattached, for testRun() */
  extraPrograms?: string[];
}

/**
 * Loads the best build of the object by the best rung the kernel takes and attaches its tracepoints; probes come by attachUprobe().
 * Nothing is captured before a policy is in the tables. Throws NativeError with the tail of the verifier's log.
 */
export function openSession(options: SessionOptions): CaptureSession {
  const loaded = loadPrograms(options);
  try {
    attachTracepoints(loaded);
  } catch (error) {
    loaded.session.close();
    throw error;
  }
  return new LibbpfSession(loaded, options.pollEveryMs ?? 40, options.handoffBytes ?? 4 * 1024 * 1024);
}
