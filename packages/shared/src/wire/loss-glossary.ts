import type { LOSSES, LossStage } from "./ledger.js";

/** What each loss means to who reads a ledger, one sentence each. Docs are made from it. */
export const LOSS_GLOSSARY: {
  readonly [S in LossStage]: Readonly<Record<(typeof LOSSES)[S][number], string>>;
} = {
  ring: {
    full: "The ring buffer had no room for the record of a request's head, since the agent was too slow to read it.",
    response_lost: "The request was recorded and the record of its response found the ring buffer full.",
  },
  assembly: {
    full: "A request's head came in several reads and the table in which heads are put together was full.",
  },
  scratch: { busy: "The traced thread was interrupted so deep that no work area of its processor was free." },
  connections: { full: "The kernel's table of connections was full." },
  pipeline: { too_deep: "More requests were outstanding on one connection than are followed." },
  read: { fault: "The memory of the traced process could not be read." },
  calls: { full: "The kernel's table of calls in flight was full." },
  decode: { malformed: "The agent could not make sense of a record." },
  pairing: { full: "The agent held as many requests without a response as it may." },
  usage: { full: "A ten-second window held as many series as it may, folded ones included." },
  spool: {
    full: "The spool on disk was at its limit, since the control plane was away for too long.",
    write_failed: "The spool could not be written to.",
    corrupt: "A spooled batch did not read back as it was written.",
  },
  delivery: { refused: "The control plane could not read a batch and has set it aside." },
  agent: {
    epoch_ended:
      "A run of the agent ended without a last report: how many exchanges it saw after the one before is not known.",
  },
};
