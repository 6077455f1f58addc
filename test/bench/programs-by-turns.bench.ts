import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { attachFollowing, governed, loadAll } from "./support/loaded-programs.js";
import { measuredServers } from "./support/measured-servers.js";
import { measureTurns, turnsReport } from "./support/server-turns.js";
import { executableOf, startUnderLoad } from "./support/server-under-load.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/**
 * The kernel's programs alone, by turns with empty ones that stand at the same sites: short beside the seconds in which a shared host changes
 * its speed. Of an agent there is no more than what reads the ring.
 */
test.each(measuredServers())("%s: programs alone, by turns with empty ones", async (title, start) => {
  const { server, load, words } = await startUnderLoad(cleanup, start, "wrk and what reads the ring");
  const { workerPid } = server;
  const programs = loadAll(cleanup, BUILT_OBJECT, governed(executableOf(server)));
  const empty = loadAll(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const [traced, floor] = [attachFollowing(programs, workerPid), empty.attachTo(workerPid)];
  const measured = await measureTurns({ load, workerPid, traced, floor, warmMs: 1_500 });
  await programs.close();
  await empty.close();
  console.log(`${title}: ${words}\n${turnsReport("the programs alone", measured)}`);
});
