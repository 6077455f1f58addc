import type { CaptureSession } from "./native-session.js";
import { indexKey } from "./policy-bytes.js";

/** Where the fields of `struct process` (bpf/maps/state.h) lie that are read here, in bytes; the layout test compares them. */
export const KERNEL_PROCESS = { http2: 36, foreign_bios: 48, one_way: 52, both_ways: 56 } as const;

/** So many connections on which heads went one way only are no accident. */
const ONE_WAY_MAX = 8;

type Tables = Pick<CaptureSession, "lookupTable">;
type Field = keyof typeof KERNEL_PROCESS;

/** Connections of a process that the kernel recognised as HTTP/2 and left alone, since its program began. */
export const http2Connections = (session: Tables, pid: number): number => reader(session, pid)("http2");

/**
 * Whether what is seen of OpenSSL at its copies is too little: the program moves ciphertext itself, so that only whole calls tell its
 * sockets, or what it reads, or writes, is never seen.
 */
export function needsWholeCalls(session: Tables, pid: number): boolean {
  const read = reader(session, pid);
  return read("foreign_bios") !== 0 || (read("one_way") >= ONE_WAY_MAX && read("both_ways") === 0);
}

/** Zero for each field of a process that is not there. */
function reader(session: Tables, pid: number): (field: Field) => number {
  const value = session.lookupTable("processes", indexKey(pid));
  if (value === null) return () => 0;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return (field) => view.getUint32(KERNEL_PROCESS[field], true);
}
