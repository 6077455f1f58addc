import { release } from "node:os";

const [major = 0, minor = 0] = release().split(".").map(Number);

/** Whether this kernel is of that release or a later one. */
const isSince = (wantedMajor: number, wantedMinor: number): boolean =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

/** The tracepoints that tell when bytes arrive came with Linux 6.3: before, nothing of that is measured. */
export const TELLS_ARRIVALS = isSince(6, 3);
