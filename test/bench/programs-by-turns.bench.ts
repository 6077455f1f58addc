import { readFileSync } from "node:fs";
import { findExecutables } from "@masthead/agent/capture/executable-search";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import { afterEach, test } from "vitest";
import { Cleanup } from "../support/cleanup.js";
import { until } from "../support/until.js";
import { placeOnCpus } from "./support/cpu-placement.js";
import { buildEmptyProbes } from "./support/empty-probes.js";
import { startLoadGenerator } from "./support/load-generator.js";
import { governed, loadAll } from "./support/loaded-programs.js";
import { MEASURED_SERVERS } from "./support/measured-servers.js";
import { OF_FLOOR_AT_LEAST } from "./support/overhead-targets.js";
import { benchSettings } from "./support/settings.js";
import { median, quantile } from "./support/statistics.js";
import { target } from "./support/target.js";
import { byTurns } from "./support/turns.js";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const TURN_MS = 200;
/** Until the programs that were just attached run as they will. */
const SETTLE_MS = 50;
const TURNS_A_ROUND = 8;
const WARM_MS = 1_500;

/** Bytes that a process has written so far, to sockets and files: as many for one request as for another (proc_pid_io(5)). */
const bytesWritten = (pid: number): number =>
  Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);

/** A turn is as long as the clock says, and no event ends it. */
const pass = (ms: number): Promise<boolean> => {
  const endsAt = performance.now() + ms;
  return until("the turn to be over", () => performance.now() >= endsAt);
};

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
  const attachTraced = traced.attachTo(server.workerPid);
  const attachFloor = floor.attachTo(server.workerPid);
  const pace = async (attach: () => () => void): Promise<number> => {
    const detach = attach();
    await pass(SETTLE_MS);
    const [before, beganAt] = [bytesWritten(server.workerPid), performance.now()];
    await pass(TURN_MS);
    const written = (bytesWritten(server.workerPid) - before) / (performance.now() - beganAt);
    detach();
    return written;
  };
  // Connections begin where probes stand already, as those of an agent do: a handshake may be what tells their socket.
  const detachFirst = attachTraced();
  const stopLoad = load.runUntilStopped();
  await pass(WARM_MS);
  detachFirst();
  const measured = await byTurns(
    turns,
    () => pace(attachTraced),
    () => pace(attachFloor),
  );
  await stopLoad();
  await traced.close();
  await floor.close();
  const ofTraced = measured.map(([one]) => one);
  const ofFloor = measured.map(([, empty]) => empty);
  const of = (share: number) => quantile(ofTraced, share) / quantile(ofFloor, share);
  const ratios = measured.map(([one, empty]) => one / empty);
  console.log(
    [
      `${name}, ${workload}: ${server.words}; ${placement.words}`,
      target(
        of(0.75) >= OF_FLOOR_AT_LEAST,
        `throughput with the programs alone, of empty ones, upper quartiles of ${turns} turns of ${TURN_MS} ms each: ${of(0.75).toFixed(3)} (at least ${OF_FLOOR_AT_LEAST})`,
      ),
      `  medians: ${of(0.5).toFixed(3)}; of one turn and the next, the median: ${median(ratios).toFixed(3)}`,
    ].join("\n"),
  );
});
