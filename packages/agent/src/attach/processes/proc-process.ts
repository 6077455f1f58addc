import { readdirSync, readlinkSync, statSync } from "node:fs";
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

/** `net:[4026531840]`: processes that have the same sockets around them share it. */
export const netNamespaceOf = (pid: number): string | undefined =>
  attempt(() => readlinkSync(procPath(pid, "ns/net")));

/** What a process's absolute paths begin at: its mount namespace, and its root there. */
export const rootIdentity = (pid: number): string | undefined =>
  attempt(() => {
    const { dev, ino } = statSync(procPath(pid, "root"));
    return `${readlinkSync(procPath(pid, "ns/mnt"))} ${dev}:${ino}`;
  });

/** Changes whenever something is mapped or unmapped (the first field of statm, pages); 0 for kernel threads. */
export const mappedPages = (pid: number): number | undefined =>
  attempt(() => Number.parseInt(readStart(procPath(pid, "statm"), 256), 10));
