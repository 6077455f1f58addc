import { join } from "node:path";
import { startNats } from "@masthead/infra/nats-server";
import { agentIdSchema } from "@masthead/shared/ids";
import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { type Committer, startCommitter } from "./support/committer.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { attachEmptyProbes, buildEmptyProbes } from "./support/empty-probes.js";
import { CONNECTIONS, type LoadGenerator, startLoadGenerator } from "./support/load-generator.js";
import { measureServer, type ServerMeasure } from "./support/nginx-measure.js";
import { NGINX_WORKLOADS } from "./support/nginx-workloads.js";
import { loadedProbes } from "./support/other-probes.js";
import { type AgentMeasure, MODES, type Mode, overheadReport } from "./support/overhead-report.js";
import { startOwnNginx } from "./support/own-nginx.js";
import { cpuNs, residentBytes } from "./support/process-cost.js";
import { benchSettings } from "./support/settings.js";
import { benchPolicy, makeAgentHome, startAgent } from "./support/traced-agent.js";

/** Longer than the agent gathers a batch: when none came for so long, it has shipped all it had. */
const QUIET_MS = 1500;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const { rounds, seconds, warmSeconds, agentWarmSeconds, workloads } = benchSettings();

/** After a warm-up that is the same for all modes. */
const warmAndMeasure = async (load: LoadGenerator, workerPid: number): Promise<ServerMeasure> => {
  await load.run(warmSeconds);
  return measureServer(load, workerPid, seconds);
};

test.each(workloads)(
  "nginx with TLS under wrk, %s: untraced, traced by empty probes, traced by Masthead",
  async (name) => {
    const workload = NGINX_WORKLOADS[name];
    const placement = placeOnCpus(cleanup);
    const folder = cleanup.folder();
    const server = await startOwnNginx(cleanup, workload, placement);
    const { workerPid } = server;
    const load = startLoadGenerator(cleanup, server.port);
    const nats = await startNats({ dir: join(folder, "nats") });
    cleanup.add(() => nats.stop());
    const agentId = agentIdSchema.parse("bench");
    const committer = await startCommitter(cleanup, nats, agentId);
    await committer.publish({
      v: 1,
      revision: 1,
      policies: [{ name: "bench", revision: 1, document: benchPolicy(server.executable) }],
    });
    // The load's own process counts as Masthead's, so that no probe is put on its copy of libssl.
    const home = await makeAgentHome(cleanup, nats, agentId, { wrk: load.pid });
    const emptyObject = buildEmptyProbes(folder);

    const measures: Record<Mode, ServerMeasure[]> = { untraced: [], floor: [], traced: [] };
    const agents: AgentMeasure[] = [];
    let foreign = 0;
    let sites = "";
    const measure: Record<Mode, () => Promise<ServerMeasure>> = {
      async untraced() {
        foreign = Math.max(foreign, loadedProbes());
        return warmAndMeasure(load, workerPid);
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
        const agent = await startAgent(cleanup, nats, home);
        const idle = residentBytes(agent.pid).now;
        const warm = await load.run(agentWarmSeconds);
        await committer.quietFor(QUIET_MS);
        const before = cpuNs(agent.pid);
        const measured = await measureServer(load, workerPid, seconds);
        await committer.quietFor(QUIET_MS);
        const agentNs = cpuNs(agent.pid) - before;
        const { now, peak } = residentBytes(agent.pid);
        await agent.stop();
        const requestsMade = warm.requests + measured.requests;
        agents.push({
          nsPerRequest: agentNs / measured.requests,
          idleResidentBytes: idle,
          residentBytes: now,
          peakResidentBytes: peak,
          requestsMade,
          ...(await accountOf(committer, requestsMade)),
        });
        return measured;
      },
    };

    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < MODES.length; turn += 1) {
        // Another mode goes first each round, so that a drift of the machine favours none.
        const mode = MODES[(round + turn) % MODES.length] ?? "untraced";
        const measured = await measure[mode]();
        measures[mode].push(measured);
        console.log(
          `${name}, round ${round + 1}/${rounds} ${mode}: ${measured.perSecond.toFixed(0)} requests/s, ${(measured.serverNsPerRequest / 1000).toFixed(1)} µs of nginx CPU a request`,
        );
      }
    }

    console.log(
      [
        `${name}: ${workload.words}`,
        `nginx with TLS, one worker, ${CONNECTIONS} keep-alive connections of wrk, 12 request headers; medians of ${rounds} interleaved rounds of ${seconds} s after ${warmSeconds} s of warm-up, ${agentWarmSeconds} s for a new agent`,
        placement.words,
        `floor: empty probes at ${sites}`,
        ...(foreign > 0 ? [`WARNING: ${foreign} probe programs of another agent were loaded meanwhile`] : []),
        overheadReport(measures, agents),
      ].join("\n"),
    );
    for (const { captured, requestsMade, lost } of agents) {
      expect(lost).toEqual([]);
      expect(captured).toBeGreaterThanOrEqual(requestsMade);
      // wrk counts no request that it had on its way when its time was over, twice.
      expect(captured).toBeLessThanOrEqual(requestsMade + 2 * CONNECTIONS);
    }
  },
);

/** What the agent that has just ended accounts for. */
const accountOf = async (committer: Committer, requestsMade: number) => {
  const { final, ledger, counters } = await committer.heartbeat();
  expect(final).toBe(true);
  expect(ledger.captured).toBe(
    ledger.batched + ledger.pending + ledger.lost.reduce((sum, l) => sum + l.count, 0),
  );
  const { captured, lost } = ledger;
  return {
    captured,
    lost,
    probeHitsPerRequest: (counters["probe_hits"] ?? 0) / requestsMade,
    countedOnly: counters["exchanges_over_budget"] ?? 0,
  };
};
