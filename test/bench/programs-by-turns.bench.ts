import { findExecutables } from "@masthead/agent/capture/executable-search";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { missCalls } from "@masthead/agent/testing/missed-calls";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { governed, loadAll } from "./support/loaded-programs.js";
import { MEASURED_SERVERS } from "./support/measured-servers.js";
import { type Attach, measureTurns, pass, TURNS_A_ROUND, turnsReport } from "./support/server-turns.js";
import { benchSettings } from "./support/settings.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const WARM_MS = 1_500;

const servers = Object.keys(MEASURED_SERVERS).flatMap((name) =>
  benchSettings().workloads.map((workload) => [name, workload] as const),
);

/**
 * The kernel's programs alone, by turns with empty ones that stand at the same sites: short beside the seconds in which a shared host changes
 * its speed. Of an agent there is no more than what reads the ring.
 */
test.each(servers)("%s under wrk, %s: programs alone, by turns with empty ones", async (name, workload) => {
  const turns = benchSettings().rounds * TURNS_A_ROUND;
  const placement = placeOnCpus(cleanup, "the server", "wrk and what reads the ring");
  const start = MEASURED_SERVERS[name];
  if (start === undefined) throw new Error(`no server ${name}`);
  const server = await start(workload)(cleanup, placement);
  const load = startLoadGenerator(cleanup, server.origin);
  const [executable] = findExecutables(server.executable);
  if (executable === undefined) throw new Error(`${server.executable} is gone`);
  const traced = loadAll(cleanup, BUILT_OBJECT, governed(executable));
  const floor = loadAll(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const attach = traced.attachTo(server.workerPid);
  const attachTraced: Attach = () => {
    missCalls(traced.session);
    return attach();
  };
  const attachFloor = floor.attachTo(server.workerPid);
  // Connections begin where probes stand already, as those of an agent do: a handshake may be what tells their socket.
  const detachFirst = await attachTraced();
  const stopLoad = load.runUntilStopped();
  await pass(WARM_MS);
  await detachFirst();
  const measured = await measureTurns(turns, server.workerPid, attachTraced, attachFloor);
  await stopLoad();
  await traced.close();
  await floor.close();
  console.log(
    `${name}, ${workload}: ${server.words}; ${placement.words}\n${turnsReport("the programs alone", measured)}`,
  );
});
