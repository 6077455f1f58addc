import { readdirSync, readlinkSync } from "node:fs";
import { executableOf } from "../processes/proc-process.js";
import { codeOf } from "../processes/system-error.js";
import type { SocketTables } from "./socket-table.js";

/** Of one process; what lies beyond is not looked at. */
const DESCRIPTORS_MAX = 2048;
/** Over all processes in one report: some twenty milliseconds. */
const DESCRIPTORS_PER_REPORT = 16_384;
/** What a process counts for, whatever it holds. */
const PROCESS_COST = 8;

/** What a process holds open, as far as coverage asks. */
export interface Descriptors {
  hasTcp: boolean;
  hasUdp: boolean;
  /** a UDP socket at port 443, on either side */
  hasHttpsOverUdp: boolean;
  hasIoUring: boolean;
  /** sockets in its network namespace whose TLS is in the kernel */
  ktls: number;
  /** why its descriptors cannot be read: `EACCES`, `EPERM` */
  refused?: string;
  /** it began another program while it was looked at */
  changing: boolean;
}

const NOTHING: Descriptors = {
  hasTcp: false,
  hasUdp: false,
  hasHttpsOverUdp: false,
  hasIoUring: false,
  ktls: 0,
  changing: false,
};

/**
 * What processes hold open. On a host with many only some are looked at in one report, those first that were not for
 * longest; of the others the last answer holds.
 */
export class DescriptorLooks {
  readonly #known = new Map<number, Descriptors>();

  constructor(private readonly perReport = DESCRIPTORS_PER_REPORT) {}

  /**
   * Looks again, at all or as many as one report may.
   * @param pids the processes there are
   * @returns how many were never looked at
   */
  renew(pids: readonly number[], sockets: SocketTables): number {
    const live = new Set(pids);
    for (const pid of this.#known.keys()) if (!live.has(pid)) this.#known.delete(pid);
    const unknown = pids.filter((pid) => !this.#known.has(pid));
    let left = this.perReport;
    let looks = 0;
    // A map keeps the order in which its keys were set: whoever was looked at last is last.
    for (const pid of [...unknown, ...this.#known.keys()]) {
      if (left <= 0) break;
      left -= PROCESS_COST + this.#look(pid, sockets);
      looks += 1;
    }
    return Math.max(0, unknown.length - looks);
  }

  /** Undefined of a process that was not looked at yet, or is gone. */
  of(pid: number): Descriptors | undefined {
    return this.#known.get(pid);
  }

  /** The process ended, or began another program. */
  forget(pid: number): void {
    this.#known.delete(pid);
  }

  #look(pid: number, sockets: SocketTables): number {
    this.#known.delete(pid);
    try {
      const before = executableOf(pid);
      const targets = targetsOf(pid);
      const found = descriptorsAmong(targets, () => sockets.of(pid));
      this.#known.set(pid, { ...found, changing: executableOf(pid) !== before });
      return targets.length;
    } catch (error) {
      const code = codeOf(error);
      if (code === "EACCES" || code === "EPERM") this.#known.set(pid, { ...NOTHING, refused: code });
      return 0;
    }
  }
}

/** @throws the system's error where the process is gone, or its descriptors may not be read */
const targetsOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`)
    .slice(0, DESCRIPTORS_MAX)
    .flatMap((descriptor) => targetOf(`/proc/${pid}/fd/${descriptor}`));

function targetOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

function descriptorsAmong(
  targets: readonly string[],
  tables: () => ReturnType<SocketTables["of"]>,
): Descriptors {
  const inodes = targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
  const hasIoUring = targets.includes("anon_inode:[io_uring]");
  if (inodes.length === 0) return { ...NOTHING, hasIoUring };
  const { tcp, udp, https, ktls } = tables();
  const among = (of: ReadonlySet<string>) => inodes.some((inode) => of.has(inode));
  return {
    hasTcp: among(tcp),
    hasUdp: among(udp),
    hasHttpsOverUdp: among(https),
    ...{ hasIoUring, ktls, changing: false },
  };
}
