import { expect } from "vitest";
import type { Cleanup } from "../../support/cleanup.js";
import type { AgentMeasure } from "./agent-measure.js";
import { startBenchFleet } from "./bench-fleet.js";
import { placeOnCpus } from "./cpu-placement.js";
import { attachEmptyProbes, buildEmptyProbes } from "./empty-probes.js";
import { CONNECTIONS, type LoadGenerator, startLoadGenerator } from "./load-generator.js";
import { type Mode, modesOfRound } from "./modes.js";
import { loadedProbes } from "./other-probes.js";
import { overheadReport } from "./overhead-report.js";
import type { OverheadTargets } from "./overhead-targets.js";
import { measureServer, type ServerMeasure } from "./server-measure.js";
import { benchSettings } from "./settings.js";
import { benchPolicy } from "./traced-agent.js";
import { measureTraced } from "./traced-measure.js";
import type { StartServer } from "./traced-server.js";

export interface Overhead {
  /** of the workload, before its figures */
  readonly label: string;
  readonly start: StartServer;
  readonly targets: OverheadTargets;
}

/**
 * Measures one server under wrk, in interleaved rounds: untraced, traced by empty probes, traced by Masthead. Prints the
 * figures; fails where an agent lost an exchange, or saw fewer or more of them than there were.
 */
export const measureOverhead = async (cleanup: Cleanup, { label, start, targets }: Overhead) => {
  const { rounds, seconds, warmSeconds, agentWarmSeconds } = benchSettings();
  const placement = placeOnCpus(cleanup, "the server", "wrk, agent, nats-server");
  const server = await start(cleanup, placement);
  const { workerPid, exchangesPerRequest } = server;
  const load = startLoadGenerator(cleanup, server.origin);
  // The load's own process counts as Masthead's, so that no probe is put on its copy of libssl.
  const fleet = await startBenchFleet(cleanup, benchPolicy(server.executable), { wrk: load.pid });
  const emptyObject = buildEmptyProbes(cleanup.folder());

  const measures: Record<Mode, ServerMeasure[]> = { untraced: [], floor: [], traced: [] };
  const agents: AgentMeasure[] = [];
  let foreign = 0;
  let sites = "";
  const measure: Record<Mode, () => Promise<ServerMeasure>> = {
    async untraced() {
      const measured = await warmAndMeasure(load, workerPid);
      // By now those of the round before are gone.
      foreign = Math.max(foreign, loadedProbes());
      return measured;
    },
    async floor() {
      const probes = attachEmptyProbes(emptyObject, workerPid);
      sites = probes.words;
      try {
        return await warmAndMeasure(load, workerPid);
      } finally {
        probes.detach();
      }
    },
    async traced() {
      const { measured, agent } = await measureTraced(cleanup, { load, workerPid, fleet });
      agents.push(agent);
      return measured;
    },
  };
  /** After a warm-up that is the same for all modes. */
  const warmAndMeasure = async (generator: LoadGenerator, pid: number): Promise<ServerMeasure> => {
    await generator.run(warmSeconds);
    return measureServer(generator, pid, seconds);
  };

  for (let round = 0; round < rounds; round += 1) {
    for (const mode of modesOfRound(round)) {
      const measured = await measure[mode]();
      measures[mode].push(measured);
      console.log(
        `${label}, round ${round + 1}/${rounds} ${mode}: ${measured.perSecond.toFixed(0)} requests/s, ${(measured.serverNsPerRequest / 1000).toFixed(1)} µs of ${server.name} CPU a request`,
      );
    }
  }

  console.log(
    [
      `${label}: ${server.words}`,
      `${CONNECTIONS} keep-alive connections of wrk, 12 request headers; medians of ${rounds} interleaved rounds of ${seconds} s after ${warmSeconds} s of warm-up, ${agentWarmSeconds} s for a new agent`,
      placement.words,
      `floor: empty probes at ${sites}`,
      ...(foreign > 0 ? [`WARNING: ${foreign} probe programs of another agent were loaded meanwhile`] : []),
      overheadReport(server, measures, agents, targets),
    ].join("\n"),
  );
  for (const { captured, requestsMade, lost } of agents) {
    expect(lost).toEqual([]);
    expect(captured).toBeGreaterThanOrEqual(requestsMade * exchangesPerRequest);
    // wrk counts no request that it had on its way when its time was over, twice.
    expect(captured).toBeLessThanOrEqual((requestsMade + 2 * CONNECTIONS) * exchangesPerRequest);
  }
};
