import type { KernelProgress } from "../pair/reconciliation.js";
import type { CaptureSession } from "./native-session.js";

/** Where the fields of struct connection (bpf/lib/connection.h) lie that are read here; the layout test compares them. */
export const KERNEL_CONNECTION = { id: 0, next_request: 8, next_response: 12 } as const;

/** The connections that the kernel follows now, by id. One system call a connection: for when records were dropped. */
export function readKernelConnections(
  session: Pick<CaptureSession, "tableKeys" | "lookupTable">,
): Map<number, KernelProgress> {
  const live = new Map<number, KernelProgress>();
  for (const key of session.tableKeys("connections")) {
    const value = session.lookupTable("connections", key);
    if (value === null) continue;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    live.set(Number(view.getBigUint64(KERNEL_CONNECTION.id, true)), {
      nextResponse: view.getUint32(KERNEL_CONNECTION.next_response, true),
    });
  }
  return live;
}
