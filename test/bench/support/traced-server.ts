import type { Cleanup } from "../../support/cleanup.js";
import type { Placement } from "./cpu-placement.js";

/** A server whose price of being traced is measured, on the server's CPU and from an executable that nothing else on this host runs. */
export interface TracedServer {
  /** of the program, as the figures say it */
  readonly name: string;
  /** for people: what it is and what it does with a request */
  readonly words: string;
  /** scheme, host and port */
  readonly origin: string;
  /** what a policy names to trace this one and no other of the host */
  readonly executable: string;
  /** the process that answers */
  readonly workerPid: number;
  /** that its process takes part in for one request: its own, and those it makes to an upstream */
  readonly exchangesPerRequest: number;
  /** for people: what `probe hits a request` should be */
  readonly usualHits: string;
}

/** Starts it; stopped by `cleanup`. */
export type StartServer = (cleanup: Cleanup, placement: Placement) => Promise<TracedServer>;
