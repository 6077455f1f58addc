import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CaptureSession } from "../../capture/native-session.js";
import { u32 } from "../../capture/policy-bytes.js";
import { allPids, statOf } from "./proc-process.js";

type Tables = Pick<CaptureSession, "updateTable" | "lookupTable" | "tableKeys">;

const MAP = "excluded_processes";
/** How often some were added: what the kernel remembers of a process it has seen holds until this changes. */
const ADDED_MAP = "exclusions";
const YES = Uint8Array.of(1);
const PID_FILES_MAX = 256;

/**
 * Masthead's own processes: this one, those named by `MASTHEAD_HOME/run/*.pid`, and what they started. They are never
 * targets (promise observe-only). The kernel passes the mark on to children that are born later.
 */
export class SelfProcesses {
  readonly #done = new Set<number>();
  #timesAdded = 0;

  constructor(
    private readonly tables: Tables,
    private readonly ownPids: readonly number[],
    private readonly runDirectory?: string,
  ) {}

  /** Once before probes are attached, then once a scan: a part that was started again has another id. */
  refresh(): void {
    const fresh = [...this.ownPids, ...this.#pidFiles()].filter((pid) => !this.#done.has(pid));
    if (fresh.length === 0) return;
    try {
      for (const pid of withDescendants(fresh)) this.tables.updateTable(MAP, u32(pid), YES);
    } finally {
      this.#timesAdded += 1;
      this.tables.updateTable(ADDED_MAP, u32(0), u32(this.#timesAdded));
    }
    for (const pid of fresh) this.#done.add(pid);
  }

  forget(pid: number): void {
    this.#done.delete(pid);
  }

  /** As the kernel has it now. */
  all(): Set<number> {
    return new Set(this.tables.tableKeys(MAP).map((key) => Buffer.from(key).readUInt32LE()));
  }

  /** The same of one. */
  has(pid: number): boolean {
    return this.tables.lookupTable(MAP, u32(pid)) !== null;
  }

  #pidFiles(): number[] {
    if (this.runDirectory === undefined) return [];
    try {
      const files = readdirSync(this.runDirectory).filter((name) => name.endsWith(".pid"));
      return files.slice(0, PID_FILES_MAX).flatMap((name) => pidIn(join(this.runDirectory ?? "", name)));
    } catch {
      return [];
    }
  }
}

/**
 * The process that a pid file names. A second line holds when it began, in clock ticks since boot; without it, a process
 * that is younger than the file has the number by chance.
 */
function pidIn(file: string): number[] {
  try {
    const [first = "", second = ""] = readFileSync(file, "latin1").slice(0, 64).split("\n");
    const pid = Number(first.trim());
    if (!Number.isInteger(pid) || pid <= 1 || pid > 0x7fff_ffff) return [];
    const ticks = statOf(pid)?.startTicks;
    if (ticks === undefined) return [];
    if (second.trim() !== "") return Number(second) === ticks ? [pid] : [];
    const CLOCKS_DIFFER_BY_MS = 2000;
    return startedAtMs(ticks) <= statSync(file).mtimeMs + CLOCKS_DIFFER_BY_MS ? [pid] : [];
  } catch {
    return [];
  }
}

/** Unix time; the kernel shows user space 100 ticks a second on every machine. */
function startedAtMs(ticks: number): number {
  const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "latin1"))?.[1]);
  return bootSeconds * 1000 + ticks * 10;
}

function withDescendants(roots: number[]): Set<number> {
  const children = new Map<number, number[]>();
  for (const pid of allPids()) {
    const parent = statOf(pid)?.parentPid;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const all = new Set<number>();
  const queue = [...roots];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    if (all.has(pid)) continue;
    all.add(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return all;
}
