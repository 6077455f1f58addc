import type { CaptureSession } from "./native-session.js";
import { u32 } from "./policy-bytes.js";

/** Where the fields of `struct process` (bpf/maps/state.h) lie that are read here, in bytes; the layout test compares them. */
export const KERNEL_PROCESS = { http2: 36, foreign_bios: 48, unread: 52, has_read: 56 } as const;

/** So many connections on which no head was ever read are no accident. */
const UNREAD_MAX = 8;

type Tables = Pick<CaptureSession, "lookupTable">;
type Field = keyof typeof KERNEL_PROCESS;

/** Connections of a process that the kernel recognised as HTTP/2 and left alone, since its program began. */
export const http2Connections = (session: Tables, pid: number): number => reader(session, pid)("http2");

/**
 * Whether what is seen of the reads of OpenSSL where they are copied is too little: the program moves ciphertext itself, so that only whole
 * calls tell its sockets, or none of its reads is ever seen.
 */
export function needsWholeReads(session: Tables, pid: number): boolean {
  const read = reader(session, pid);
  return read("foreign_bios") !== 0 || (read("unread") >= UNREAD_MAX && read("has_read") === 0);
}

/** Zero for each field of a process that is not there. */
function reader(session: Tables, pid: number): (field: Field) => number {
  const value = session.lookupTable("processes", u32(pid));
  if (value === null) return () => 0;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return (field) => view.getUint32(KERNEL_PROCESS[field], true);
}
