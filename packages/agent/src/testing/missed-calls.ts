import { KERNEL_CONNECTION, KERNEL_DIRECTION } from "../capture/kernel-connections.js";
import type { CaptureSession } from "../capture/native-session.js";

/** Says of all connections that calls on them were not seen, as is so once probes were away. None of them may be in a call that is seen. */
export const missCalls = (
  session: Pick<CaptureSession, "tableKeys" | "lookupTable" | "updateTable">,
): void => {
  for (const key of session.tableKeys("connections")) {
    const place = session.lookupTable("connections", key);
    const state = place && session.lookupTable("connection_states", place);
    if (!state) continue;
    for (const direction of [0, 1])
      state[
        KERNEL_CONNECTION.directions + direction * KERNEL_DIRECTION.bytes_each + KERNEL_DIRECTION.missed
      ] = 1;
    session.updateTable("connection_states", place, state);
  }
};
