import { missCalls } from "@masthead/agent/testing/missed-calls";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { governed, loadAll } from "./support/loaded-programs.js";
import { measuredServers } from "./support/measured-servers.js";
import { costReport, type Turn } from "./support/program-cost-report.js";
import { countProgramTimes, programTimes, timesSince } from "./support/program-times.js";
import { bytesWritten, pass } from "./support/server-turns.js";
import { executableOf, startUnderLoad } from "./support/server-under-load.js";
import { benchSettings } from "./support/settings.js";

const WARM_MS = 1_500;
const SETTLE_MS = 150;
const TURN_MS = 400;
const TURNS_A_ROUND = 2;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/**
 * What each of the kernel's programs takes of a request, by the kernel's own statistics: several times as exact as what becomes of a
 * server's throughput, of which what the programs push out of its caches is a part too. By turns with empty programs, whose cost is
 * taken away; several builds (`BENCH_OBJECTS`) are compared with the first of them.
 */
test.each(measuredServers())("%s: what each program takes of a request", async (title, start) => {
  const { server, load, words } = await startUnderLoad(cleanup, start, "wrk and what reads the ring");
  const { workerPid } = server;
  const { objects, rounds } = benchSettings();
  const empty = loadAll(cleanup, buildEmptyProbes(cleanup.folder()), () => {});
  const builds = objects.map((path) => loadAll(cleanup, path, governed(executableOf(server))));
  const measured = [empty, ...builds].map((programs) => ({
    programs,
    attach: programs.attachTo(workerPid),
    turns: [] as Turn[],
  }));
  countProgramTimes(cleanup);

  const takeTurn = async ({ programs, attach, turns }: (typeof measured)[number]) => {
    if (programs !== empty) missCalls(programs.session);
    const detach = await attach();
    await pass(SETTLE_MS);
    const ids = programs.session.kernelIds().programs;
    const [before, written] = [programTimes(ids), bytesWritten(workerPid)];
    await pass(TURN_MS);
    turns.push({ times: timesSince(programTimes(ids), before), bytes: bytesWritten(workerPid) - written });
    await detach();
  };
  const detachFirst = await measured[1]?.attach();
  const written = bytesWritten(workerPid);
  const stopLoad = load.runUntilStopped();
  await pass(WARM_MS);
  await detachFirst?.();
  for (let round = 0; round < rounds * TURNS_A_ROUND; round += 1)
    for (let at = 0; at < measured.length; at += 1) {
      const next = measured[(at + round) % measured.length];
      if (next) await takeTurn(next);
    }
  const bytesARequest = (bytesWritten(workerPid) - written) / (await stopLoad()).requests;
  for (const { programs } of measured) await programs.close();
  const [floor = [], ...each] = measured.map(({ turns }) => turns);
  const reports = each.map((turns, at) =>
    costReport(objects[at] ?? "", { turns, floor, first: each[0] ?? [], bytesARequest }),
  );
  console.log([`${title}: ${words}`, ...reports].join("\n"));
});
