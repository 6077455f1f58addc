import type { CaptureSession } from "./native-session.js";
import { indexKey } from "./policy-bytes.js";

/** Where the fields of `struct process` (bpf/maps/state.h) lie that are read here, in bytes; the layout test compares them. */
export const KERNEL_PROCESS = { http2: 36, foreign_bios: 48 } as const;

type Tables = Pick<CaptureSession, "lookupTable">;

/** Connections of a process that the kernel recognised as HTTP/2 and left alone, since its program began. */
export const http2Connections = (session: Tables, pid: number): number =>
  fieldOf(session, pid, KERNEL_PROCESS.http2);

/** Whether TLS that it reads comes through something of its own, so that only whole calls tell the socket. */
export const readsByItself = (session: Tables, pid: number): boolean =>
  fieldOf(session, pid, KERNEL_PROCESS.foreign_bios) !== 0;

function fieldOf(session: Tables, pid: number, at: number): number {
  const value = session.lookupTable("processes", indexKey(pid));
  if (value === null) return 0;
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(at, true);
}
