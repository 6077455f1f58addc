import { ATTACH_TYPE, type NativeSession, native } from "./native-addon.js";
import { NativeError } from "./native-error.js";
import type {
  CaptureSession,
  KernelIds,
  ProbeSite,
  SessionInfo,
  SessionStatistics,
} from "./native-session.js";
import type { LoadedBuild } from "./object-builds.js";
import { u32 } from "./policy-bytes.js";
import { ARRIVAL_PROGRAMS } from "./tracepoint-plans.js";

const RING = "records";
const COUNTERS = "counters";
/** What stands alone at its site. */
const ONE_PROGRAM = {
  call_entry: "ssl_call_entry",
  call_return: "ssl_call_ret",
  entry: "ssl_entry",
  go_entry: "go_call_entry",
  go_bytes: "go_call_bytes",
  copy: "ssl_copy",
} as const;

/** The session over the addon: which program stands where, and failures in words. */
export class LibbpfSession implements CaptureSession {
  readonly info: SessionInfo;
  readonly #native: NativeSession;
  readonly #pollEveryMs: number;
  readonly #handoffBytes: number;
  /** our link ids, each one or two of the addon's, in the order in which they are detached */
  readonly #links = new Map<number, number[]>();
  /** the addon's links of programs that are attached while they are wanted */
  #arrivals: number[] = [];
  #arrivalAttachments = 0;
  #lastLink = 0;
  #closed = false;
  #stopping: Promise<void> | undefined;

  constructor(loaded: LoadedBuild, pollEveryMs: number, handoffBytes: number) {
    this.#native = loaded.session;
    this.#pollEveryMs = pollEveryMs;
    this.#handoffBytes = handoffBytes;
    const { session: _, link, ...info } = loaded;
    this.info = { ...info, links: [link] };
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

  takeTable(map: string): Uint8Array {
    return native(() => this.#native.takeTable(map));
  }

  synchronize(): void {
    native(() => this.#native.synchronize());
  }

  followArrivals(wanted: boolean): void {
    if (wanted === this.#arrivals.length > 0) return;
    this.#native.detach(...this.#arrivals.splice(0));
    if (!wanted) return;
    if (!ARRIVAL_PROGRAMS.every((name) => this.info.programs.includes(name))) {
      const EOPNOTSUPP = 95;
      throw new NativeError("note arrivals at sockets", EOPNOTSUPP, "wants tracepoints of Linux 6.3");
    }
    try {
      this.updateTable("arrival_attachments", u32(0), u32(++this.#arrivalAttachments));
      for (const name of ARRIVAL_PROGRAMS) {
        this.#arrivals.push(native(() => this.#native.attachTracepoint(name)));
      }
    } catch (error) {
      this.#native.detach(...this.#arrivals.splice(0));
      throw error;
    }
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
    if (site.kind !== "call") return [probe(ONE_PROGRAM[site.kind], false)];
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

  #probe(
    { path, offset, cookie, link, kind, pid = 0 }: ProbeSite,
    program: string,
    atReturn: boolean,
  ): number {
    if (link === "perf") return this.#native.attachPerf(program, path, offset, cookie, atReturn, pid);
    const type = link === "session" && kind === "call" ? ATTACH_TYPE.session : ATTACH_TYPE.multi;
    return this.#native.attachMulti(program, type, path, offset, cookie, atReturn, pid);
  }

  detach(...linkIds: number[]): void {
    const links = linkIds.map((id) => this.#links.get(id) ?? []);
    for (const id of linkIds) this.#links.delete(id);
    this.#native.detach(...links.flatMap(([first]) => first ?? []));
    this.#native.detach(...links.flatMap(([, atReturn]) => atReturn ?? []));
  }

  start(onRecords: (records: Uint8Array, count: number) => void): void {
    let isDue = false;
    const makeRoom = (): void => {
      isDue = false;
      if (!this.#closed) this.#native.makeRoom();
    };
    const deliver = (records: Uint8Array, count: number): void => {
      if (this.#closed) return;
      if (!isDue) setImmediate(makeRoom);
      isDue = true;
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
    this.#arrivals = [];
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
