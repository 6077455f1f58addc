import type { LoadGenerator } from "./load-generator.js";
import { cpuNs } from "./process-cost.js";

export interface ServerMeasure {
  requests: number;
  perSecond: number;
  /** of the nginx worker, probes included */
  serverNsPerRequest: number;
}

/** Full load for so long, and what it cost the worker. */
export const measureServer = async (
  load: LoadGenerator,
  workerPid: number,
  seconds: number,
): Promise<ServerMeasure> => {
  const before = cpuNs(workerPid);
  const { requests, perSecond } = await load.run(seconds);
  return { requests, perSecond, serverNsPerRequest: (cpuNs(workerPid) - before) / requests };
};
