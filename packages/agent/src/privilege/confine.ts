import type { LinkKind } from "../capture/native-session.js";
import { keptAfterLoading, maskOf } from "./capabilities.js";
import { circumstances } from "./circumstances.js";
import { dropCapabilities } from "./drop-capabilities.js";
import { ownRights } from "./thread-rights.js";

/**
 * The one place where the agent gives up what it was started with: once programs are loaded and the first probes stand.
 * @param link how probes are linked; undefined: nothing is captured
 * @param homeDirectory MASTHEAD_HOME
 * @throws NativeError or Error in words: the process is to end, since some of its threads may hold more than others
 */
export function confine(
  link: LinkKind | undefined,
  homeDirectory: string | undefined,
  say: (line: string) => void,
): void {
  const kept = keptAfterLoading(ownRights().effective, circumstances(link, homeDirectory));
  try {
    dropCapabilities(maskOf(kept));
    say(`capabilities kept: ${kept.map(({ name }) => name).join(", ") || "none"}`);
  } catch (error) {
    if (link !== undefined) throw error;
    // A host on which the addon could not be built replays its recording all the same.
    say(`capabilities are kept as they were: ${(error as Error).message}`);
  }
}
