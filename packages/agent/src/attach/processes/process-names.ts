import { basename } from "node:path";
import type { ProcessInfo } from "../../exchange.js";
import { clamp } from "../../ship/wire-text.js";
import type { CgroupFacts } from "./cgroup-path.js";

/** What the kernel told of a process (struct record_process) at execve or at its first call as a target; it may be gone by now. */
export interface ProcessExec {
  pid: number;
  parentPid: number;
  /** s_dev of the executable, kernel encoding */
  device: number;
  inode: number;
  /** as it was given to execve: a script where the program is an interpreter; empty at a first call */
  file: string;
  command: string;
  cgroup: number;
  startNs: number;
}

export interface ProcessFacts {
  pid: number;
  /** of the program that runs now, from /proc */
  executable?: string | undefined;
  cgroup?: CgroupFacts | undefined;
  exec?: ProcessExec | undefined;
  /** of the program that the kernel told of, by its inode */
  knownExecutable?: string | undefined;
  command?: string | undefined;
}

const NAME_MAX = 256;
const PATH_MAX = 4096;

/** Names a process from the best fact there is. Command lines and environments are never read. */
export function processInfo(facts: ProcessFacts): ProcessInfo {
  const path = facts.knownExecutable ?? facts.executable ?? absolute(facts.exec?.file);
  const name =
    (path && basename(path)) ||
    facts.exec?.command ||
    facts.command ||
    basename(facts.exec?.file ?? "") ||
    "unknown";
  const info: ProcessInfo = {
    pid: facts.pid,
    executableName: clamp(name, NAME_MAX),
    serviceName: clamp(facts.cgroup?.unit ?? name, NAME_MAX),
  };
  if (path) info.executablePath = clamp(path, PATH_MAX);
  if (facts.cgroup?.containerId) info.containerId = facts.cgroup.containerId;
  return info;
}

const absolute = (file: string | undefined): string | undefined => (file?.startsWith("/") ? file : undefined);
