import { readFileSync, writeFileSync } from "node:fs";
import type { Cleanup } from "../../support/cleanup.js";
import { bpftool } from "../../support/kernel-objects.js";

const STATISTICS = "/proc/sys/kernel/bpf_stats_enabled";

/** Of the programs that share a name. What one goes on to by a tail call is booked to the one that was called first, and what the kernel takes to come to it (a breakpoint, say) to none. */
export interface ProgramTime {
  calls: number;
  ns: number;
}

/** Has the kernel count how often each program runs and for how long (Linux 5.1), until `cleanup`; of the whole host, and for good where this process is killed before that. It costs each run some 50 ns, most of which it counts. */
export const countProgramTimes = (cleanup: Cleanup): void => {
  const before = readFileSync(STATISTICS, "utf8");
  cleanup.add(() => writeFileSync(STATISTICS, before));
  writeFileSync(STATISTICS, "1");
};

/** What the kernel has counted of these programs, by name. @param ids of the kernel's */
export const programTimes = (ids: readonly number[]): Map<string, ProgramTime> => {
  const known = new Set(ids);
  const times = new Map<string, ProgramTime>();
  type Shown = { id: number; name?: string; run_cnt?: number; run_time_ns?: number };
  for (const { id, name = "", run_cnt: calls = 0, run_time_ns: ns = 0 } of bpftool(
    "prog",
    "show",
  ) as Shown[]) {
    if (!known.has(id)) continue;
    const sum = times.get(name) ?? { calls: 0, ns: 0 };
    times.set(name, { calls: sum.calls + calls, ns: sum.ns + ns });
  }
  return times;
};

/** What came to it since. */
export const timesSince = (
  now: ReadonlyMap<string, ProgramTime>,
  before: ReadonlyMap<string, ProgramTime>,
): Map<string, ProgramTime> =>
  new Map(
    [...now].map(([name, { calls, ns }]) => {
      const was = before.get(name) ?? { calls: 0, ns: 0 };
      return [name, { calls: calls - was.calls, ns: ns - was.ns }];
    }),
  );
