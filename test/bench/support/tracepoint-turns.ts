import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import type { Cleanup } from "../../support/cleanup.js";
import type { Bystander } from "./bystander.js";
import { governed, type LoadedPrograms, loadAll } from "./loaded-programs.js";
import { median } from "./statistics.js";
import { byTurns } from "./turns.js";

/** A turn of one task: short beside the minutes in which a shared host changes its speed. */
const TURN_SECONDS = 0.04;
const TURNS = 15;
/** None that is measured. */
const OTHER_PROGRAM = { device: 1, inode: 1, path: "/opt/no-bystander" };

/** The paces of all tasks, in one turn. */
const paceTasks = async (bystander: Bystander, programs: LoadedPrograms): Promise<number[]> => {
  const detach = programs.attachSystemCalls();
  const paces: number[] = [];
  for (const task of bystander.tasks) {
    const { times, cpuNs } = await bystander.run(task, TURN_SECONDS);
    paces.push(times / cpuNs);
  }
  detach();
  return paces;
};

/**
 * The programs that all system calls of the host pass, without an agent behind them. They and the empty ones are loaded `loads` times,
 * since it counts where the kernel puts them, and attached by turns.
 * @returns for each task, by load: what is done in a second of its CPU time, as a share of that with the empty ones
 */
export const alternateTracepoints = async (
  cleanup: Cleanup,
  bystander: Bystander,
  emptyObject: string,
  loads: number,
): Promise<number[][]> => {
  const ratios: number[][] = bystander.tasks.map(() => []);
  for (let load = 0; load < loads; load += 1) {
    const traced = loadAll(cleanup, BUILT_OBJECT, governed(OTHER_PROGRAM));
    const floor = loadAll(cleanup, emptyObject, () => {});
    const measured = await byTurns(
      TURNS,
      () => paceTasks(bystander, traced),
      () => paceTasks(bystander, floor),
    );
    const turns = measured.map(([paces, beside]) =>
      paces.map((pace, task) => pace / (beside[task] ?? Number.NaN)),
    );
    ratios.forEach((ofTask, task) => {
      ofTask.push(median(turns.map((turn) => turn[task] ?? Number.NaN)));
    });
    await traced.close();
    await floor.close();
  }
  return ratios;
};
