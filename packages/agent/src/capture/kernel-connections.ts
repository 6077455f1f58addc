import type { KernelProgress } from "../pair/reconciliation.js";
import type { CaptureSession } from "./native-session.js";

/** Where fields of bpf/lib/connection.h lie, in bytes; the layout test compares them. */
export const KERNEL_CONNECTION = { id: 0, next_request: 8, next_response: 12, directions: 128 } as const;
export const KERNEL_DIRECTION = { bytes_each: 64, exchange: 24, open: 36, missed: 40, response: 41 } as const;

/** The connections that the kernel follows now, by id. Three system calls a connection: for when records were dropped. */
export function readKernelConnections(
  session: Pick<CaptureSession, "tableKeys" | "lookupTable">,
): Map<number, KernelProgress> {
  const live = new Map<number, KernelProgress>();
  for (const key of session.tableKeys("connections")) {
    const place = session.lookupTable("connections", key);
    const value = place === null ? null : session.lookupTable("connection_states", place);
    if (value === null) continue;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    live.set(Number(view.getBigUint64(KERNEL_CONNECTION.id, true)), { nextResponse: nextResponse(view) });
  }
  return live;
}

/** The kernel counts a response when its head is there; one whose body is still coming is not over. */
function nextResponse(view: DataView): number {
  const begun = view.getUint32(KERNEL_CONNECTION.next_response, true);
  for (const direction of [0, 1]) {
    const at = KERNEL_CONNECTION.directions + direction * KERNEL_DIRECTION.bytes_each;
    const open = view.getUint8(at + KERNEL_DIRECTION.open) !== 0;
    const response = view.getUint8(at + KERNEL_DIRECTION.response) !== 0;
    const exchange = view.getUint32(at + KERNEL_DIRECTION.exchange, true);
    if (open && response && exchange + 1 === begun) return exchange;
  }
  return begun;
}
