import { readdirSync, readFileSync } from "node:fs";

/** CPU time of all living threads of a process so far, in nanoseconds, what probes took in them included. */
export const cpuNs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [onCpuNs = "0"] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return sum + Number(onCpuNs);
  }, 0);

/** Resident memory in bytes: now, and the most there was. */
export const residentBytes = (pid: number): { now: number; peak: number } => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
};
