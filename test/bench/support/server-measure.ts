import { readFileSync } from "node:fs";
import { SERVER_CPU } from "./cpu-placement.js";
import type { LoadGenerator } from "./load-generator.js";
import { cpuNs } from "./process-cost.js";

export interface ServerMeasure {
  requests: number;
  perSecond: number;
  /** of the process that answers, probes included */
  serverNsPerRequest: number;
  /** share of time that the server's CPU was not idle: far below 1, something else is the bottleneck (wrk, and what shares its CPU) */
  serverCpuBusy: number;
}

/** Ticks of the server's CPU since the host started: all, and idle. proc_stat(5). */
const serverCpuTicks = (): { all: number; idle: number } => {
  const line = new RegExp(`^cpu${SERVER_CPU} (.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, interrupts = 0, soft = 0, steal = 0] = line
    .split(" ")
    .map(Number);
  return { all: user + nice + system + idle + ioWait + interrupts + soft + steal, idle: idle + ioWait };
};

/** Full load for so long, and what it cost the process that answers. */
export const measureServer = async (
  load: LoadGenerator,
  workerPid: number,
  seconds: number,
): Promise<ServerMeasure> => {
  const before = cpuNs(workerPid);
  const ticks = serverCpuTicks();
  const { requests, perSecond } = await load.run(seconds);
  const serverNsPerRequest = (cpuNs(workerPid) - before) / requests;
  const { all, idle } = serverCpuTicks();
  const serverCpuBusy = 1 - (idle - ticks.idle) / (all - ticks.all);
  return { requests, perSecond, serverNsPerRequest, serverCpuBusy };
};
