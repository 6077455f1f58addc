import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { accountOf } from "./support/agent-measure.js";
import { startBenchFleet } from "./support/bench-fleet.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { loadAll } from "./support/loaded-programs.js";
import { MEASURED_SERVERS } from "./support/measured-servers.js";
import {
  type Attach,
  bytesWritten,
  measureTurns,
  pass,
  TURNS_A_ROUND,
  turnsReport,
} from "./support/server-turns.js";
import { benchSettings } from "./support/settings.js";
import { startSwitchableAgent } from "./support/switchable-agent.js";
import { benchPolicy } from "./support/traced-agent.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const servers = Object.keys(MEASURED_SERVERS).flatMap((name) =>
  benchSettings().workloads.map((workload) => [name, workload] as const),
);

/** One agent, whose probes are taken away and put back while it runs. Fails where it did not see what passed while they stood. */
test.each(servers)("%s under wrk, %s: an agent, by turns with empty ones", async (name, workload) => {
  const { rounds, agentWarmSeconds } = benchSettings();
  const placement = placeOnCpus(cleanup, "the server", "wrk, agent, nats-server");
  const start = MEASURED_SERVERS[name];
  if (start === undefined) throw new Error(`no server ${name}`);
  const server = await start(workload)(cleanup, placement);
  const load = startLoadGenerator(cleanup, server.origin);
  const fleet = await startBenchFleet(cleanup, benchPolicy(server.executable), { wrk: load.pid });
  const floor = loadAll(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const attachFloor = floor.attachTo(server.workerPid);
  const agent = await startSwitchableAgent(cleanup, fleet.nats, fleet.home);
  const written = () => bytesWritten(server.workerPid);
  let writtenBefore = written();
  let writtenInSight = 0;
  const attachAgent: Attach = async () => {
    const detach = await agent.attach();
    const from = written();
    return () => {
      writtenInSight += written() - from;
      return detach();
    };
  };
  const detachFirst = await attachAgent();
  writtenBefore = written();
  const stopLoad = load.runUntilStopped();
  await pass(agentWarmSeconds * 1000);
  await detachFirst();
  const measured = await measureTurns(rounds * TURNS_A_ROUND, server.workerPid, attachAgent, attachFloor);
  const { requests } = await stopLoad();
  const inSight = ((requests * writtenInSight) / (written() - writtenBefore)) * server.exchangesPerRequest;
  await floor.close();
  await agent.program.stop();
  const { captured, lost } = await accountOf(fleet.committer);
  console.log(
    [
      `${name}, ${workload}: ${server.words}; ${placement.words}`,
      turnsReport("an agent", measured),
      `  captured ${captured} of about ${inSight.toFixed(0)} exchanges while its probes stood; lost: ${JSON.stringify(lost)}`,
    ].join("\n"),
  );
  expect(captured / inSight).toBeGreaterThan(0.95);
});
