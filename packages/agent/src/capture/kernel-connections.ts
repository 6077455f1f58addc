import type { KernelProgress } from "../pair/reconciliation.js";
import type { CaptureSession } from "./native-session.js";

/** Where fields of bpf/lib/connection.h lie, in bytes; the layout test compares them. */
export const KERNEL_CONNECTION = { id: 0, next_request: 8, next_response: 12, directions: 128 } as const;
export const KERNEL_DIRECTION = { bytes_each: 64, exchange: 24, open: 36, missed: 40, response: 41 } as const;

type Tables = Pick<CaptureSession, "tableKeys" | "lookupTable">;

/** Where one of the two directions begins in a connection's state. */
export const directionAt = (direction: number): number =>
  KERNEL_CONNECTION.directions + direction * KERNEL_DIRECTION.bytes_each;

/** The state of each connection that the kernel follows now, and its key in `connection_states`. Three system calls a connection. */
export function* connectionStates(session: Tables): Generator<{ place: Uint8Array; state: Uint8Array }> {
  for (const key of session.tableKeys("connections")) {
    const place = session.lookupTable("connections", key);
    const state = place && session.lookupTable("connection_states", place);
    if (place && state) yield { place, state };
  }
}

/** The connections that the kernel follows now, by id: for when records were dropped. */
export function readKernelConnections(session: Tables): Map<number, KernelProgress> {
  const live = new Map<number, KernelProgress>();
  for (const { state } of connectionStates(session)) {
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    live.set(Number(view.getBigUint64(KERNEL_CONNECTION.id, true)), { nextResponse: nextResponse(view) });
  }
  return live;
}

/** The kernel counts a response when its head is there; one whose body is still coming is not over. */
function nextResponse(view: DataView): number {
  const begun = view.getUint32(KERNEL_CONNECTION.next_response, true);
  for (const direction of [0, 1]) {
    const at = directionAt(direction);
    const open = view.getUint8(at + KERNEL_DIRECTION.open) !== 0;
    const response = view.getUint8(at + KERNEL_DIRECTION.response) !== 0;
    const exchange = view.getUint32(at + KERNEL_DIRECTION.exchange, true);
    if (open && response && exchange + 1 === begun) return exchange;
  }
  return begun;
}
