import { LibbpfSession } from "@masthead/agent/capture/native-libbpf-session";
import { loadPrograms } from "@masthead/agent/capture/object-builds";
import { PolicyTables } from "@masthead/agent/capture/policy-tables";
import { BUILT_OBJECT } from "@masthead/agent/source/bpf-source";
import type { Cleanup } from "../../support/cleanup.js";
import { setOf } from "./bench-fleet.js";
import type { Bystander } from "./bystander.js";
import { median } from "./statistics.js";
import { benchPolicy } from "./traced-agent.js";

/** A turn of one task: short beside the minutes in which a shared host changes its speed. */
const TURN_SECONDS = 0.04;
const TURNS = 15;

interface Tracepoints {
  /** @returns what detaches them */
  attach(): () => void;
  close(): void;
}

/** Programs on the tracepoints of system calls, loaded with all others of the object and not attached yet. */
const loadTracepoints = (
  cleanup: Cleanup,
  objectPath: string,
  prepare: (session: LibbpfSession) => void,
): Tracepoints => {
  const loaded = loadPrograms({ objectPath, clearText: true });
  const { session: native, programs } = loaded;
  const session = new LibbpfSession(loaded, 40, 4 * 1024 * 1024);
  cleanup.add(() => session.close());
  prepare(session);
  const names = programs.filter((name) => name.startsWith("system_call_"));
  if (names.length !== 2) throw new Error(`not loaded: ${JSON.stringify(loaded.absent)}`);
  return {
    attach() {
      const links = names.map((name) => native.attachTracepoint(name));
      return () => {
        for (const link of links) native.detach(link);
      };
    },
    close: () => session.close(),
  };
};

/** A policy is in force, and asks about another program. */
const governed = (executable: string) => (session: LibbpfSession) => {
  const found = [{ device: 1, inode: 1, path: executable }];
  const tables = new PolicyTables({ session, labels: {}, findExecutables: () => found });
  const result = tables.apply(setOf(benchPolicy(executable), 1));
  if (!result.ok) throw new Error(result.error);
};

/** The paces of all tasks, in one turn. */
const paceTasks = async (bystander: Bystander, tracepoints: Tracepoints): Promise<number[]> => {
  const detach = tracepoints.attach();
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
    const traced = loadTracepoints(cleanup, BUILT_OBJECT, governed("/opt/no-bystander"));
    const floor = loadTracepoints(cleanup, emptyObject, () => {});
    const turns: number[][] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const before = turn % 2 === 0 ? await paceTasks(bystander, floor) : undefined;
      const paces = await paceTasks(bystander, traced);
      const beside = before ?? (await paceTasks(bystander, floor));
      turns.push(paces.map((pace, task) => pace / (beside[task] ?? Number.NaN)));
    }
    ratios.forEach((ofTask, task) => {
      ofTask.push(median(turns.map((turn) => turn[task] ?? Number.NaN)));
    });
    traced.close();
    floor.close();
  }
  return ratios;
};
