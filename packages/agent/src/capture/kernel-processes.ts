import type { CaptureSession } from "./native-session.js";
import { indexKey } from "./policy-bytes.js";

/** Where the fields of `struct process` (bpf/maps/state.h) lie that are read here, in bytes; the layout test compares them. */
export const KERNEL_PROCESS = { http2: 36 } as const;

/** Connections of a process that the kernel recognised as HTTP/2 and left alone, since its program began. */
export function http2Connections(session: Pick<CaptureSession, "lookupTable">, pid: number): number {
  const value = session.lookupTable("processes", indexKey(pid));
  if (value === null) return 0;
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(KERNEL_PROCESS.http2, true);
}
