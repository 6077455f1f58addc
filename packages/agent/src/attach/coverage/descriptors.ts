import { readdirSync, readlinkSync } from "node:fs";
import { nativeAddon } from "../../capture/native-addon.js";
import { executableOf, mappedPages } from "../processes/proc-process.js";
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
      const open = openDescriptors(pid);
      const found = descriptorsAmong(open, () => sockets.of(pid));
      this.#known.set(pid, { ...found, changing: executableOf(pid) !== before });
      return open.length;
    } catch (error) {
      const code = codeOf(error);
      // A kernel thread has none.
      const isRefused = (code === "EACCES" || code === "EPERM") && mappedPages(pid) !== 0;
      if (isRefused) this.#known.set(pid, { ...NOTHING, refused: code });
      return 0;
    }
  }
}

/** One open descriptor: its path below /proc, and what it leads to. */
interface OpenDescriptor {
  path: string;
  target: string;
}

/** @throws the system's error where the process is gone, or its descriptors may not be read */
const openDescriptors = (pid: number): OpenDescriptor[] =>
  readdirSync(`/proc/${pid}/fd`)
    .slice(0, DESCRIPTORS_MAX)
    .flatMap((descriptor) => {
      const path = `/proc/${pid}/fd/${descriptor}`;
      try {
        return [{ path, target: readlinkSync(path) }];
      } catch {
        return [];
      }
    });

const SOCKET = /^socket:\[(\d+)\]$/;

function descriptorsAmong(
  open: readonly OpenDescriptor[],
  tables: () => ReturnType<SocketTables["of"]>,
): Descriptors {
  const hasIoUring = open.some(({ target }) => target === "anon_inode:[io_uring]");
  const protocolOf = nativeAddon().socketProtocol;
  let hasTcp = false;
  const datagrams: string[] = [];
  for (const { path, target } of open) {
    const inode = SOCKET.exec(target)?.[1];
    if (inode === undefined) continue;
    const protocol = protocolOf(path);
    if (protocol.startsWith("TCP")) hasTcp = true;
    else if (protocol.startsWith("UDP")) datagrams.push(inode);
  }
  const hasUdp = datagrams.length > 0;
  if (!hasTcp && !hasUdp) return { ...NOTHING, hasIoUring };
  const { https, ktls } = tables();
  const hasHttpsOverUdp = datagrams.some((inode) => https.has(inode));
  return { hasTcp, hasUdp, hasHttpsOverUdp, hasIoUring, ktls, changing: false };
}
