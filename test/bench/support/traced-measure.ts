import type { Cleanup } from "../../support/cleanup.js";
import { type AgentMeasure, accountOf } from "./agent-measure.js";
import type { BenchFleet } from "./bench-fleet.js";
import type { LoadGenerator } from "./load-generator.js";
import { cpuNs, residentBytes } from "./process-cost.js";
import { measureServer, type ServerMeasure } from "./server-measure.js";
import { benchSettings } from "./settings.js";
import { startAgent } from "./traced-agent.js";

/** Longer than the agent gathers a batch: when none came for so long, it has shipped all it had. */
const QUIET_MS = 1500;

export interface Traced {
  readonly load: LoadGenerator;
  /** of the process that answers */
  readonly workerPid: number;
  readonly fleet: BenchFleet;
}

/** One run of an agent from start to stop, with the server under load meanwhile. */
export const measureTraced = async (
  cleanup: Cleanup,
  { load, workerPid, fleet: { nats, committer, home } }: Traced,
): Promise<{ measured: ServerMeasure; agent: AgentMeasure }> => {
  const { seconds, agentWarmSeconds } = benchSettings();
  const agent = await startAgent(cleanup, nats, home);
  const idleResidentBytes = residentBytes(agent.pid).now;
  const warm = await load.run(agentWarmSeconds);
  await committer.quietFor(QUIET_MS);
  const before = cpuNs(agent.pid);
  const measured = await measureServer(load, workerPid, seconds);
  await committer.quietFor(QUIET_MS);
  const agentNs = cpuNs(agent.pid) - before;
  const { now, peak } = residentBytes(agent.pid);
  await agent.stop();
  const requestsMade = warm.requests + measured.requests;
  const { captured, lost, counters } = await accountOf(committer);
  return {
    measured,
    agent: {
      ...{ nsPerRequest: agentNs / measured.requests, requestsMade, captured, lost },
      ...{ idleResidentBytes, residentBytes: now, peakResidentBytes: peak },
      probeHitsPerRequest: (counters["probe_hits"] ?? 0) / requestsMade,
      countedOnly: counters["exchanges_over_budget"] ?? 0,
    },
  };
};
