import { afterEach, expect, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { accountOf, inWords } from "./support/agent-measure.js";
import { startBenchFleet } from "./support/bench-fleet.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { loadAll } from "./support/loaded-programs.js";
import { measuredServers } from "./support/measured-servers.js";
import { type Attach, bytesWritten, measureTurns, turnsReport } from "./support/server-turns.js";
import { startUnderLoad } from "./support/server-under-load.js";
import { benchSettings } from "./support/settings.js";
import { startSwitchableAgent } from "./support/switchable-agent.js";
import { benchPolicy } from "./support/traced-agent.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** What a switch costs that falls into a request: its answer is not seen, or not that it was. */
const LOST_TO_SWITCHES = ["ring/response_lost", "agent/epoch_ended"];

/** One agent, whose probes are taken away and put back while it runs. Fails where it did not tell of what passed while they stood. */
test.each(measuredServers())("%s: an agent, by turns with empty programs", async (title, start) => {
  const { server, load, words } = await startUnderLoad(cleanup, start, "wrk, agent, nats-server");
  const { workerPid, exchangesPerRequest } = server;
  const fleet = await startBenchFleet(cleanup, benchPolicy(server.executable), { wrk: load.pid });
  const empty = loadAll(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const floor = empty.attachTo(workerPid);
  const agent = await startSwitchableAgent(cleanup, fleet.nats, fleet.home);
  const written = () => bytesWritten(workerPid);
  /** while all its probes stood, and with the time that it took to put them there and away */
  const inSight = { least: 0, most: 0 };
  const traced: Attach = async () => {
    const asked = written();
    const detach = await agent.attach();
    const stood = written();
    return async () => {
      inSight.least += written() - stood;
      await detach();
      inSight.most += written() - asked;
    };
  };
  const before = written();
  const warmMs = benchSettings().agentWarmSeconds * 1000;
  const measured = await measureTurns({ load, workerPid, traced, floor, warmMs });
  const exchangesOf = (bytes: number) =>
    Math.round((bytes / (written() - before)) * measured.requests * exchangesPerRequest);
  const [least, most] = [exchangesOf(inSight.least), exchangesOf(inSight.most)];
  await empty.close();
  await agent.program.stop();
  const { told, lost } = await accountOf(fleet.committer);
  console.log(
    [
      `${title}: ${words}`,
      turnsReport("an agent", measured),
      `  told of ${told} exchanges, of ${least} to ${most} that were made while its probes stood; lost: ${inWords(lost)}`,
    ].join("\n"),
  );
  expect(
    lost.map(({ stage, reason }) => `${stage}/${reason}`).filter((loss) => !LOST_TO_SWITCHES.includes(loss)),
  ).toEqual([]);
  expect(told / least).toBeGreaterThan(0.95);
  expect(told / most).toBeLessThan(1.05);
});
