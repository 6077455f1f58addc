import type { LOSSES, LossStage } from "./ledger.js";

/** One loss in words, one sentence each. */
export interface LossMeaning {
  /** what happened */
  readonly meaning: string;
  /** what an operator can do about it; empty: nothing, or it needs nothing */
  readonly remedy: string;
}

/** What each loss means to who reads a ledger. `docs/losses.md` is made from it. */
export const LOSS_GLOSSARY: {
  readonly [S in LossStage]: Readonly<Record<(typeof LOSSES)[S][number], LossMeaning>>;
} = {
  ring: {
    full: {
      meaning:
        "The ring buffer had no room for the record of a request's head, since the agent was too slow to read it.",
      remedy: "Give the agent CPU, or a larger `MASTHEAD_RING_BYTES`.",
    },
    response_lost: {
      meaning:
        "The request was recorded; its response found the ring buffer full, came in a call that the kernel had no room to follow or that had begun before the agent did, went from a file or a pipe to the socket without passing through the program (`sendfile`, `splice` of a whole response, its head included), was written by another process that has the socket, in whole or in part, or may have come behind bytes that it did not understand.",
      remedy:
        "The same, or a larger `MASTHEAD_KERNEL_CALLS`; nothing for a connection that is older than the agent, or for what the program itself never has.",
    },
  },
  assembly: {
    full: {
      meaning:
        "A request's head came in several reads and the table in which heads are put together was full.",
      remedy: "Look for many slow clients, or raise `MASTHEAD_KERNEL_HEADS`.",
    },
  },
  scratch: {
    busy: {
      meaning: "The traced thread was interrupted so deep that no work area of its processor was free.",
      remedy: "It is rare; report it.",
    },
  },
  connections: {
    full: {
      meaning: "The kernel's table of connections was full.",
      remedy: "Raise `MASTHEAD_KERNEL_CONNECTIONS`.",
    },
  },
  pipeline: {
    too_deep: {
      meaning: "More requests were outstanding on one connection than are followed, which are 32.",
      remedy: "",
    },
  },
  read: {
    fault: {
      meaning: "The memory of the traced process could not be read.",
      remedy: "It is rare; report it.",
    },
  },
  calls: {
    full: {
      meaning: "The request came in a read that found no room in the kernel's table of calls in flight.",
      remedy: "Raise `MASTHEAD_KERNEL_CALLS`.",
    },
  },
  aggregate: {
    unpaired: {
      meaning:
        "The request was to be counted in the kernel (`aggregate: true`), and it is not known which response was its: calls of its connection were not seen or not understood.",
      remedy: "As for `ring/response_lost`.",
    },
  },
  decode: {
    malformed: { meaning: "The agent could not make sense of a record.", remedy: "Report it." },
  },
  pairing: {
    full: {
      meaning: "The agent held as many requests without a response as it may.",
      remedy: "Raise `MASTHEAD_OPEN_EXCHANGES`.",
    },
  },
  usage: {
    full: {
      meaning: "A ten-second window held as many series as it may, folded ones included.",
      remedy: "Name fewer dimensions, or raise `MASTHEAD_USAGE_SERIES`.",
    },
    fault: {
      meaning: "An exchange could not be booked into usage.",
      remedy: "Report it with the agent's log.",
    },
    set_aside: {
      meaning:
        "The control plane could not book usage and has set it aside, as where an agent's clock is more than a day ahead. In completeness only: the ledger has these as committed.",
      remedy: "Look at what was set aside, and at the host's clock.",
    },
  },
  spool: {
    full: {
      meaning: "The spool on disk was at its limit, since the control plane was away for too long.",
      remedy: "Raise `MASTHEAD_SPOOL_BYTES`.",
    },
    write_failed: { meaning: "The spool could not be written to.", remedy: "Look at the disk." },
    corrupt: {
      meaning: "A spooled batch did not read back as it was written.",
      remedy: "Look at the disk; the newest 64 such files are kept in the spool's folder `corrupt`.",
    },
  },
  delivery: {
    refused: {
      meaning: "The control plane could not read a batch and has set it aside.",
      remedy: "Look at what was set aside.",
    },
  },
  agent: {
    epoch_ended: {
      meaning:
        "A run of the agent ended: with a number, what had not ended by then; without one, how many exchanges it saw after its last report is not known.",
      remedy: "Nothing; completeness names the time in question.",
    },
  },
};
