import { readStart } from "../processes/proc-maps.js";
import { netNamespaceOf } from "../processes/proc-process.js";

const TABLE_MAX_BYTES = 4 * 1024 * 1024;
const HTTPS_PORT = 443;

export interface SocketRow {
  /** 0 stands for a socket without a file, which is left out */
  inode: string;
  localPort: number;
  remotePort: number;
}

/** The text of /proc/net/udp or udp6. */
export function socketRows(table: string): SocketRow[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", remote = "", , , , , , , inode = "0"] = line.trim().split(/\s+/);
      if (inode === "0") return [];
      return [{ inode, localPort: portOf(local), remotePort: portOf(remote) }];
    });
}

const portOf = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);

/** The text of /proc/net/tls_stat: sockets whose TLS is in the kernel now. */
export function ktlsSockets(text: string): number {
  const current = [...text.matchAll(/^TlsCurr(Tx|Rx)(?:Sw|Device)\s+(\d+)$/gm)];
  const sum = (direction: string): number =>
    current.filter(([, each]) => each === direction).reduce((total, [, , count]) => total + Number(count), 0);
  // One socket may be in both directions.
  return Math.max(sum("Tx"), sum("Rx"));
}

/** What coverage asks of the sockets of one network namespace. */
export interface NamespaceSockets {
  /** inodes of UDP sockets at port 443, on either side */
  https: ReadonlySet<string>;
  ktls: number;
}

/** Answers for one report; each network namespace's tables are read once. */
export class SocketTables {
  readonly #byNamespace = new Map<string, NamespaceSockets>();

  constructor(private readonly read = readTables) {}

  /** As the process sees them. */
  of(pid: number): NamespaceSockets {
    const namespace = netNamespaceOf(pid) ?? `of ${pid}`;
    const known = this.#byNamespace.get(namespace);
    if (known) return known;
    const sockets = this.read(pid);
    // Of a process that ended meanwhile the tables are empty; its neighbours' are not.
    if (netNamespaceOf(pid) === namespace) this.#byNamespace.set(namespace, sockets);
    return sockets;
  }
}

/** What /proc/PID/net says; nothing where it cannot be read. */
export function readTables(pid: number): NamespaceSockets {
  const rows = ["udp", "udp6"].flatMap((name) => socketRows(tableOf(pid, name)));
  const https = rows.filter((row) => row.localPort === HTTPS_PORT || row.remotePort === HTTPS_PORT);
  return {
    https: new Set(https.map(({ inode }) => inode)),
    ktls: ktlsSockets(tableOf(pid, "tls_stat")),
  };
}

function tableOf(pid: number, name: string): string {
  try {
    return readStart(`/proc/${pid}/net/${name}`, TABLE_MAX_BYTES);
  } catch {
    return "";
  }
}
