import { readdirSync, readlinkSync } from "node:fs";
import { readStart } from "../processes/proc-maps.js";
import { namespaceOf } from "../processes/proc-process.js";

const DESCRIPTORS_MAX = 2048;
const TABLE_MAX_BYTES = 4 * 1024 * 1024;

/** Inode numbers of the TCP sockets in the text of /proc/net/tcp or tcp6; 0 stands for one without a file. */
export function tcpInodes(table: string): Set<string> {
  const inodes = new Set<string>();
  for (const line of table.split("\n").slice(1)) {
    const inode = line.trim().split(/\s+/)[9];
    if (inode !== undefined && inode !== "0") inodes.add(inode);
  }
  return inodes;
}

/** Answers for one report, which processes hold a TCP socket; each network namespace's table is read once. */
export class TcpSockets {
  readonly #byNamespace = new Map<string, Set<string>>();

  /** @throws the system's error where the process's descriptors may not be read */
  heldBy(pid: number): boolean {
    const sockets = readdirSync(`/proc/${pid}/fd`)
      .slice(0, DESCRIPTORS_MAX)
      .flatMap((descriptor) => socketInode(`/proc/${pid}/fd/${descriptor}`));
    if (sockets.length === 0) return false;
    const tcp = this.#inNamespaceOf(pid);
    return sockets.some((inode) => tcp.has(inode));
  }

  #inNamespaceOf(pid: number): Set<string> {
    const namespace = namespaceOf(pid, "net") ?? `of ${pid}`;
    let inodes = this.#byNamespace.get(namespace);
    if (!inodes) {
      inodes = new Set([...tcpInodes(tableOf(pid, "tcp")), ...tcpInodes(tableOf(pid, "tcp6"))]);
      this.#byNamespace.set(namespace, inodes);
    }
    return inodes;
  }
}

function socketInode(path: string): string[] {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
    return inode === undefined ? [] : [inode];
  } catch {
    return [];
  }
}

function tableOf(pid: number, name: "tcp" | "tcp6"): string {
  try {
    return readStart(`/proc/${pid}/net/${name}`, TABLE_MAX_BYTES);
  } catch {
    return "";
  }
}
