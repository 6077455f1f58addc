import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { attachFollowing, governed, type LoadedPrograms, loadAll } from "./support/loaded-programs.js";
import { measuredServers } from "./support/measured-servers.js";
import { costReport, type Turn } from "./support/program-cost-report.js";
import { countProgramTimes, programTimes, timesSince } from "./support/program-times.js";
import { type Attach, bytesWritten, loadTraced, takeTurn } from "./support/server-turns.js";
import { executableOf, startUnderLoad } from "./support/server-under-load.js";
import { benchSettings } from "./support/settings.js";

const WARM_MS = 1_500;
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
  const floored = { programs: empty, attach: empty.attachTo(workerPid), turns: [] as Turn[] };
  const builds = objects.map((path) => {
    const programs = loadAll(cleanup, path, governed(executableOf(server)));
    return { programs, attach: attachFollowing(programs, workerPid), turns: [] as Turn[] };
  });
  const measured = [floored, ...builds];
  countProgramTimes(cleanup);

  const turnOf = (programs: LoadedPrograms, attach: Attach): Promise<Turn> => {
    const ids = programs.session.kernelIds().programs;
    return takeTurn(attach, TURN_MS, () => {
      const [before, written] = [programTimes(ids), bytesWritten(workerPid)];
      return () => ({
        times: timesSince(programTimes(ids), before),
        bytes: bytesWritten(workerPid) - written,
      });
    });
  };
  const written = bytesWritten(workerPid);
  const stopLoad = await loadTraced(load, builds[0]?.attach ?? floored.attach, WARM_MS);
  for (let round = 0; round < rounds * TURNS_A_ROUND; round += 1)
    for (let at = 0; at < measured.length; at += 1) {
      const next = measured[(at + round) % measured.length];
      next?.turns.push(await turnOf(next.programs, next.attach));
    }
  const bytesARequest = (bytesWritten(workerPid) - written) / (await stopLoad()).requests;
  for (const { programs } of measured) await programs.close();
  const [floor, first] = [floored.turns, builds[0]?.turns ?? []];
  const reports = builds.map(({ turns }, at) =>
    costReport(objects[at] ?? "", { turns, floor, first, bytesARequest }),
  );
  console.log([`${title}: ${words}`, ...reports].join("\n"));
});
