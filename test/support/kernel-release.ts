import { release } from "node:os";
import { isSince } from "@masthead/agent/capture/kernel-release";

/** The tracepoints that tell when bytes arrive came with Linux 6.3: before, nothing of that is measured. */
export const TELLS_ARRIVALS = isSince(release(), 6, 3);
