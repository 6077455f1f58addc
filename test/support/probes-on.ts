import type { Attachment } from "@masthead/agent/attach/attachment";
import type { Program } from "./program.js";
import { until } from "./until.js";

/** Waits until probes stand on a TLS library that this program has, or on itself; looks for them, too, as an agent does each second. */
export const probesOn = (attachment: Attachment, program: Program): Promise<boolean> =>
  until(`probes on what ${program.pid} runs`, () => {
    attachment.scan();
    return attachment.libraries().some(({ pids }) => pids.has(program.pid));
  });
