import { readdirSync, readlinkSync } from "node:fs";
import { type CgroupFacts, cgroupFacts } from "./cgroup-path.js";
import { readStart } from "./proc-maps.js";

/** Reads single facts of one process from /proc; each answers undefined where the process is gone or not ours to see. */
export const procPath = (pid: number, file: string): string => `/proc/${pid}/${file}`;

const attempt = <Value>(read: () => Value): Value | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Every process id there is now. */
export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export interface ProcStat {
  command: string;
  parentPid: number;
  /** clock ticks since boot: with the id it names one process */
  startTicks: number;
}

/** The text of /proc/PID/stat; the command may hold spaces and parentheses. */
export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const parentPid = Number(fields[1]);
  const startTicks = Number(fields[19]);
  if (!Number.isSafeInteger(parentPid) || !Number.isSafeInteger(startTicks)) return undefined;
  return { command: text.slice(open + 1, close), parentPid, startTicks };
}

export const statOf = (pid: number): ProcStat | undefined =>
  attempt(() => parseStat(readStart(procPath(pid, "stat"), 4096)));

/** The path of the program, as it is in the process's own root; undefined for kernel threads. */
export const executableOf = (pid: number): string | undefined =>
  attempt(() => readlinkSync(procPath(pid, "exe")).replace(/ \(deleted\)$/, ""));

export const cgroupOf = (pid: number): CgroupFacts | undefined =>
  attempt(() => cgroupFacts(readStart(procPath(pid, "cgroup"), 65_536)));

/** `mnt:[4026531841]`: processes that see the same files share it. */
export const namespaceOf = (pid: number, kind: "mnt" | "net"): string | undefined =>
  attempt(() => readlinkSync(procPath(pid, `ns/${kind}`)));

/** Changes whenever something is mapped or unmapped (the first field of statm, pages); 0 for kernel threads. */
export const mappedPages = (pid: number): number | undefined =>
  attempt(() => Number.parseInt(readStart(procPath(pid, "statm"), 256), 10));
