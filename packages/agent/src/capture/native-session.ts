import { ATTACH_TYPE, type NativeSession, native } from "./native-addon.js";
import { NativeError } from "./native-error.js";
import { attachTracepoints, type Loaded, loadPrograms } from "./native-programs.js";

/** How a probe is linked, best first: uprobe session (6.13), uprobe_multi (6.6), perf event. */
export type LinkKind = "session" | "multi" | "perf";

/** Where a probe stands. */
export interface ProbeSite {
  /** a path the kernel can open now: on the host, or through /proc/PID/root or /proc/PID/map_files */
  path: string;
  /** offset in the file, in bytes */
  offset: number;
  /** what the programs are told: the low byte is an `enum site_function` of bpf/include/tables.h */
  cookie: number;
  link: LinkKind;
  /** `call`: at entry and at return; `entry`: at entry only */
  kind: "call" | "entry";
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
  /** waits until no program run that began before is still running (an RCU grace period) */
  synchronize(): void;
  /** summed over CPUs, indexed by `enum counter` of bpf/include/record.h */
  counters(): number[];
  /** the id to give to detach() */
  attachUprobe(site: ProbeSite): number;
  /** a link that is gone already is not an error */
  detach(linkId: number): void;
  /** begins reading: each call brings `count` records laid end to end, every start at a multiple of eight bytes */
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
  /** programs that are loaded */
  programs: string[];
  /** optional programs that are not, and why */
  absent: { program: string; reason: string }[];
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
  /** the BPF object, built by `make -C bpf` */
  objectPath: string;
  /** how often the ring is looked at, in milliseconds; the kernel never wakes the reader (default 5) */
  pollEveryMs?: number;
  /** the bound of the hand-off to JavaScript, in bytes (default 4 MiB) */
  handoffBytes?: number;
  /** sizes of maps other than the object's own, by name, in entries (bytes for the ring) */
  mapEntries?: Record<string, number>;
  /** the best link kind to use (default: the best the kernel offers); for tests and benchmarks */
  bestLink?: LinkKind;
  /** further programs to load, unattached, for testRun() */
  extraPrograms?: string[];
}

const RING = "records";
const COUNTERS = "counters";

/**
 * Loads the object by the best rung the kernel takes and attaches its tracepoints; probes come by attachUprobe().
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
  return new LibbpfSession(loaded, options.pollEveryMs ?? 5, options.handoffBytes ?? 4 * 1024 * 1024);
}

class LibbpfSession implements CaptureSession {
  readonly info: SessionInfo;
  readonly #native: NativeSession;
  readonly #pollEveryMs: number;
  readonly #handoffBytes: number;
  /** our link ids, each one or two of the addon's, in the order in which they are detached */
  readonly #links = new Map<number, number[]>();
  #lastLink = 0;
  #closed = false;
  #stopping: Promise<void> | undefined;

  constructor(loaded: Loaded, pollEveryMs: number, handoffBytes: number) {
    this.#native = loaded.session;
    this.#pollEveryMs = pollEveryMs;
    this.#handoffBytes = handoffBytes;
    const { link, programs, absent, refusedLinks } = loaded;
    this.info = { links: [link], programs, absent, refusedLinks };
  }

  updateTable(map: string, key: Uint8Array, value: Uint8Array): void {
    native(() => this.#native.updateTable(map, key, value));
  }

  deleteFromTable(map: string, key: Uint8Array): boolean {
    return native(() => this.#native.deleteFromTable(map, key));
  }

  lookupTable(map: string, key: Uint8Array): Uint8Array | null {
    return native(() => this.#native.lookupTable(map, key));
  }

  tableKeys(map: string): Uint8Array[] {
    return native(() => this.#native.tableKeys(map));
  }

  synchronize(): void {
    native(() => this.#native.synchronize());
  }

  counters(): number[] {
    return native(() => this.#native.counters(COUNTERS));
  }

  attachUprobe(site: ProbeSite): number {
    if (!this.info.links.includes(site.link)) {
      const EOPNOTSUPP = 95;
      throw new NativeError(
        `attach ${site.link} ${site.path}`,
        EOPNOTSUPP,
        `loaded for ${this.info.links.join()}`,
      );
    }
    const links = this.#attach(site);
    this.#links.set(++this.#lastLink, links);
    return this.#lastLink;
  }

  #attach(site: ProbeSite): number[] {
    const probe = (program: string, atReturn: boolean) => native(() => this.#probe(site, program, atReturn));
    if (site.kind === "entry") return [probe("ssl_entry", false)];
    if (site.link === "session") return [probe("ssl_call_session", false)];
    // Return first, and detached last: a return without its entry is ignored, an entry without its return would stay.
    const atReturn = probe("ssl_call_return", true);
    try {
      return [probe("ssl_call_entry", false), atReturn];
    } catch (error) {
      this.#native.detach(atReturn);
      throw error;
    }
  }

  #probe(site: ProbeSite, program: string, atReturn: boolean): number {
    if (site.link === "perf")
      return this.#native.attachPerf(program, site.path, site.offset, site.cookie, atReturn);
    const type = site.link === "session" && site.kind === "call" ? ATTACH_TYPE.session : ATTACH_TYPE.multi;
    return this.#native.attachMulti(program, type, site.path, site.offset, site.cookie, atReturn);
  }

  detach(linkId: number): void {
    for (const link of this.#links.get(linkId) ?? []) this.#native.detach(link);
    this.#links.delete(linkId);
  }

  start(onRecords: (records: Uint8Array, count: number) => void): void {
    const deliver = (records: Uint8Array, count: number): void => {
      if (this.#closed) return;
      try {
        onRecords(records, count);
      } catch (error) {
        // Node only warns of what a Node-API callback throws; thrown from here it is an uncaught exception as any other.
        setImmediate(() => {
          throw error;
        });
      }
    };
    native(() => this.#native.start(RING, this.#pollEveryMs, this.#handoffBytes, deliver));
  }

  pause(): void {
    this.#native.pause(true);
  }

  resume(): void {
    this.#native.pause(false);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#native.stop() ?? Promise.resolve();
    return this.#stopping;
  }

  close(): void {
    this.#closed = true;
    this.#links.clear();
    this.#native.close();
  }

  testRun(program: string, data: Uint8Array): { returnValue: number; data: Uint8Array } {
    return native(() => this.#native.testRun(program, data));
  }

  statistics(): SessionStatistics {
    const [records = 0, bytes = 0, batches = 0, handoffStalls = 0, handoffBytes = 0, ringBytes = 0] =
      this.#native.statistics();
    return { records, bytes, batches, handoffStalls, handoffBytes, ringBytes };
  }

  kernelIds(): KernelIds {
    return native(() => this.#native.kernelIds());
  }
}
