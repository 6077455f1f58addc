import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import type { AgentMeasure } from "./support/agent-measure.js";
import { setOf, startBenchFleet } from "./support/bench-fleet.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { nginxServer } from "./support/nginx-server.js";
import type { ServerMeasure } from "./support/server-measure.js";
import { benchSettings } from "./support/settings.js";
import { median } from "./support/statistics.js";
import { aggregatingPolicy, benchPolicy } from "./support/traced-agent.js";
import { measureTraced } from "./support/traced-measure.js";

/** The same tenants' usage of one nginx: by a record an exchange, and counted in the kernel. */

const cleanup = new Cleanup();
afterEach(() => cleanup.run());
const { rounds, seconds, agentWarmSeconds, workloads } = benchSettings();

const POLICIES = { records: benchPolicy, aggregate: aggregatingPolicy };

test.each(workloads)("records and counting in the kernel, nginx with TLS under wrk, %s", async (name) => {
  const placement = placeOnCpus(cleanup, "the server", "wrk, agent, nats-server");
  const server = await nginxServer(name, { clearText: false })(cleanup, placement);
  const { executable, workerPid } = server;
  const load = startLoadGenerator(cleanup, server.origin);
  const fleet = await startBenchFleet(cleanup, benchPolicy(executable), { wrk: load.pid });
  const rows = Object.entries(POLICIES).map(([mode, policy]) => ({
    mode,
    policy,
    servers: [] as ServerMeasure[],
    agents: [] as AgentMeasure[],
  }));
  let revision = 1;
  for (let round = 0; round < rounds; round += 1) {
    for (const { mode, policy, servers, agents } of rows) {
      revision += 1;
      await fleet.committer.publish(setOf(policy(executable), revision));
      const { measured, agent } = await measureTraced(cleanup, { load, workerPid, fleet });
      expect(agent.lost).toEqual([]);
      servers.push(measured);
      agents.push(agent);
      console.log(
        `${name}, round ${round + 1}/${rounds} ${mode}: ${measured.perSecond.toFixed(0)} requests/s`,
      );
    }
  }
  const microsOf = (values: number[]): string => `${(median(values) / 1000).toFixed(1)} µs`;
  console.log(
    [
      `${server.words}; medians of ${rounds} rounds of ${seconds} s, after ${agentWarmSeconds} s with a new agent`,
      placement.words,
      ...rows.map(({ mode, servers, agents }) =>
        [
          mode.padEnd(10),
          `${median(servers.map(({ perSecond }) => perSecond)).toFixed(0)} requests/s`,
          `${microsOf(servers.map(({ serverNsPerRequest }) => serverNsPerRequest))} of nginx CPU a request`,
          `${microsOf(agents.map(({ nsPerRequest }) => nsPerRequest))} of the agent's`,
        ].join("  "),
      ),
    ].join("\n"),
  );
});
