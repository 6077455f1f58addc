import { native, nativeAddon } from "../capture/native-addon.js";
import { allThreadRights, type ThreadRights } from "./thread-rights.js";

/** A thread answers at once, unless it sits in the kernel waiting for a disk. */
const ANSWER_WITHIN_MS = 5_000;
/** Threads that a thread begins before its turn come have what it had, and are found by the next look. */
const LOOKS_MAX = 16;

/**
 * Takes every capability but `kept` from every thread of this process for good, with the means to get one back: what is
 * kept is not passed on to programs, and running one gives no more (NoNewPrivs). Threads that begin later have what the
 * thread has that begins them. Returns when a look at all threads found no other.
 * @param kept a bit a capability; each has to be held
 * @throws NativeError, or Error in words; some threads may have dropped and others not: the process is to end
 */
export function dropCapabilities(kept: bigint): void {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const threads = [...allThreadRights()].filter(([, rights]) => !holdsJust(rights, kept));
    if (threads.length === 0) return;
    const ids = threads.map(([thread]) => thread);
    native(() => nativeAddon().restrictThreads(ids, kept, ANSWER_WITHIN_MS));
  }
  throw new Error("capabilities cannot be dropped: threads that hold more begin without end");
}

const holdsJust = (rights: ThreadRights, kept: bigint): boolean =>
  rights.permitted === kept &&
  rights.effective === kept &&
  rights.inheritable === 0n &&
  rights.ambient === 0n &&
  rights.noNewPrivileges;
