import { connectionStates, directionAt, KERNEL_DIRECTION } from "../capture/kernel-connections.js";
import type { CaptureSession } from "../capture/native-session.js";

/** Says of all connections that calls on them were not seen, as is so once probes were away. None of them may be in a call that is seen. */
export const missCalls = (
  session: Pick<CaptureSession, "tableKeys" | "lookupTable" | "updateTable">,
): void => {
  for (const { place, state } of connectionStates(session)) {
    for (const direction of [0, 1]) state[directionAt(direction) + KERNEL_DIRECTION.missed] = 1;
    session.updateTable("connection_states", place, state);
  }
};
